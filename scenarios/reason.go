package scenarios

// Reason is a fixed code for why something was or was not done. The set is
// closed: Reasons lists it, the README and the API description print it.
type Reason string

// The reasons. An empty Reason means that nothing stood in the way.
const (
	ReasonOrdered           Reason = "ordered"            // the account bought it
	ReasonEmptied           Reason = "emptied"            // the cart was emptied
	ReasonErased            Reason = "erased"             // the buyer was erased
	ReasonFavoriteRemoved   Reason = "favorite_removed"   // the favourite was taken off
	ReasonOutOfStock        Reason = "out_of_stock"       // sold out again before the step
	ReasonUnavailable       Reason = "unavailable"        // no item left that can be bought
	ReasonNoConsent         Reason = "no_consent"         // consent missing or withdrawn
	ReasonNoAddress         Reason = "no_address"         // no address for the channel
	ReasonSuppressed        Reason = "suppressed"         // the address bounced hard, complained or opted out
	ReasonCondition         Reason = "condition"          // the step's `when` did not hold
	ReasonPriceReverted     Reason = "price_reverted"     // the price is up again
	ReasonNotLowStock       Reason = "not_low_stock"      // stock is above the low-stock mark
	ReasonFrequencyCap      Reason = "frequency_cap"      // the buyer had his messages for the day
	ReasonWindow            Reason = "window"             // outside the send window
	ReasonLate              Reason = "late"               // past its `expires`
	ReasonSuperseded        Reason = "superseded"         // a stronger scenario took the SKU
	ReasonRemoved           Reason = "removed"            // the scenario was removed or switched off
	ReasonPaused            Reason = "paused"             // the scenario or the whole sidecar is paused
	ReasonCoolDown          Reason = "cool_down"          // told of the same subject lately
	ReasonDuplicateAddress  Reason = "duplicate_address"  // another buyer with this address got it
	ReasonAwaitingApproval  Reason = "awaiting_approval"  // 稟議中
	ReasonQuoteRequested    Reason = "quote_requested"    // 見積依頼中
	ReasonWaitExpired       Reason = "wait_expired"       // waited 30 days for the outside world, or to a step's deadline
	ReasonRecentlyPurchased Reason = "recently_purchased" // bought by the account in the last 90 days
	ReasonStale             Reason = "stale"              // an older event than what is known: changes nothing
	ReasonFuture            Reason = "future"             // over 5 minutes ahead: counts as now
	ReasonIgnored           Reason = "ignored"            // an event that has no effect when posted
	ReasonGoal              Reason = "goal"               // another exit event of the definition
	ReasonRenderFailed      Reason = "render_failed"      // the template failed: see the dead letters
	ReasonRejected          Reason = "rejected"           // the provider refused it for good
	ReasonHardBounce        Reason = "hard_bounce"        // the address does not exist
	ReasonComplaint         Reason = "complaint"          // reported as spam
	ReasonOptOut            Reason = "opt_out"            // the buyer opted out
	ReasonTemporary         Reason = "temporary_failure"  // will be tried again
	ReasonUnknownOutcome    Reason = "unknown_outcome"    // the claim expired: nobody knows whether it left
	ReasonRetryKeyExpired   Reason = "retry_key_expired"  // LINE's retry key is older than 24 h
	ReasonRedirected        Reason = "redirected"         // not in send_only_to: kept in the outbox
	ReasonBelowMinimum      Reason = "below_minimum"      // the cut is under the minimum
	ReasonActivity          Reason = "activity"           // the buyer was active: it waits for quiet
	ReasonAwaitingEvent     Reason = "awaiting_event"     // a step waits for an event
	ReasonEventCame         Reason = "event_came"         // the event that a step waited for
	ReasonNoDate            Reason = "no_date"            // the date is not known, or not any more
	ReasonDateMoved         Reason = "date_moved"         // the date is another one by now
)

// Reasons lists the whole set, in the order of the README's table.
var Reasons = []Reason{
	ReasonOrdered, ReasonEmptied, ReasonErased, ReasonFavoriteRemoved, ReasonOutOfStock,
	ReasonUnavailable, ReasonNoConsent, ReasonNoAddress, ReasonSuppressed, ReasonCondition,
	ReasonPriceReverted, ReasonNotLowStock, ReasonFrequencyCap, ReasonWindow, ReasonLate,
	ReasonSuperseded, ReasonRemoved, ReasonPaused, ReasonCoolDown, ReasonDuplicateAddress,
	ReasonAwaitingApproval, ReasonQuoteRequested, ReasonWaitExpired, ReasonRecentlyPurchased,
	ReasonStale, ReasonFuture, ReasonIgnored, ReasonGoal, ReasonRenderFailed, ReasonRejected,
	ReasonHardBounce, ReasonComplaint, ReasonOptOut, ReasonTemporary, ReasonUnknownOutcome,
	ReasonRetryKeyExpired, ReasonRedirected, ReasonBelowMinimum, ReasonActivity,
	ReasonAwaitingEvent, ReasonEventCame, ReasonNoDate, ReasonDateMoved,
}

// Valid tells whether r is one of the closed set.
func (r Reason) Valid() bool {
	for _, known := range Reasons {
		if r == known {
			return true
		}
	}
	return false
}

// Action is what happened to a run or a step; contract: `simulate --format json`.
type Action string

// The actions.
const (
	ActionStart    Action = "start"    // a run began
	ActionJoin     Action = "join"     // a further subject joined an open run
	ActionRestart  Action = "restart"  // the anchor moved: the waiting begins again
	ActionSend     Action = "send"     // a message went out
	ActionSkip     Action = "skip"     // a step, a channel or an item was left out
	ActionDefer    Action = "defer"    // moved to a later time
	ActionExpire   Action = "expire"   // too late to be of use
	ActionExit     Action = "exit"     // the run ended early
	ActionComplete Action = "complete" // the run came to its end
	ActionWait     Action = "wait"     // the run waits for the outside world
	ActionBranch   Action = "branch"   // a way of a branch was taken: Step is its first
)
