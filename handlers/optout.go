package handlers

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"kagobell/scenarios"
)

// optOuts stops and resumes channels. Both are events through the Ingester: they take the account's lock like a
// claim does, so no message is claimed after an opt-out that was answered.
type optOuts struct {
	ingest  Ingester
	tracker Tracker
	now     func() time.Time
}

// change is what a buyer wants, said by the link in a message.
type change struct {
	messageID string
	channels  []scenarios.Channel
	wanted    bool
}

// apply returns once the wish is on disk. It does nothing where things are so already.
func (o *optOuts) apply(ctx context.Context, to Recipient, wish change) error {
	ctx, cancel := context.WithTimeout(ctx, ingestWithin)
	defer cancel()
	repeated, err := o.attempt(ctx, to, wish, "")
	if err != nil || !repeated {
		return err
	}
	// A duplicate is the same wish said twice at once. But the shop can put a consent back to what it was when the
	// name of the event was first used: then the wish is said again, under a name that is new for certain.
	if to, err = o.tracker.Recipient(ctx, to.Buyer.ID); err != nil {
		return err
	}
	_, err = o.attempt(ctx, to, wish, ":"+stamp36(o.now()))
	return err
}

func (o *optOuts) attempt(ctx context.Context, to Recipient, wish change, suffix string) (repeated bool, err error) {
	events, err := o.events(to, wish, suffix)
	if err != nil || len(events) == 0 {
		return false, err
	}
	results, err := o.ingest.Ingest(ctx, events)
	if err != nil {
		return false, err
	}
	for _, result := range results {
		if result.Err != nil {
			return false, fmt.Errorf("buyer %s: %w", to.Buyer.ID, result.Err)
		}
		repeated = repeated || result.Duplicate
	}
	return repeated, nil
}

func (o *optOuts) events(to Recipient, wish change, suffix string) ([]*scenarios.Event, error) {
	var events []*scenarios.Event
	for _, channel := range wish.channels {
		if to.Buyer.Erased() || settled(to, channel, wish.wanted) {
			continue // an event would bring an erased buyer back
		}
		kind := scenarios.EventBuyerOptedOut
		if wish.wanted {
			kind = scenarios.EventBuyerOptedIn
		}
		event, err := ownEvent(kind, changeID(to.Buyer, wish, channel)+suffix, to.Buyer.ID, o.now(),
			map[string]any{"channel": string(channel), "message_id": wish.messageID})
		if err != nil {
			return nil, err
		}
		events = append(events, event)
	}
	return events, nil
}

// settled tells whether a further event would say nothing new.
func settled(to Recipient, channel scenarios.Channel, wanted bool) bool {
	if wanted {
		return stateOf(to, channel) == stateOn
	}
	block, _ := to.Buyer.Blocks.Of(channel)
	return block.Reason == scenarios.ReasonOptOut
}

// changeID names a change by what it changes: a repeated post, or two at once, are one event and its duplicate. Once
// the channel was opened or closed again its times are others, and so is the name of the next change.
func changeID(b scenarios.Buyer, wish change, channel scenarios.Channel) string {
	verb := "opt-out"
	if wish.wanted {
		verb = "opt-in"
	}
	consent, _ := b.Consents.Of(channel)
	block, _ := b.Blocks.Of(channel)
	return strings.Join([]string{verb, wish.messageID, string(channel),
		stamp36(consent.At), stamp36(block.At)}, ":")
}

func stamp36(t time.Time) string {
	if t.IsZero() {
		return "0"
	}
	return strconv.FormatInt(t.UnixNano(), 36)
}

// channelState is what a buyer gets on a channel.
type channelState string

const (
	stateOn          channelState = "on"          // messages come
	stateOff         channelState = "off"         // stopped by the buyer
	stateUndelivered channelState = "undelivered" // stopped because they did not arrive
	stateUnasked     channelState = "unasked"     // no consent
	stateNone        channelState = "none"        // no address
)

func stateOf(to Recipient, channel scenarios.Channel) channelState {
	switch {
	case to.Buyer.Blocks.Has(channel):
		return stateOff
	case to.Buyer.Address(channel) == "":
		return stateNone
	}
	for _, x := range to.Suppressions {
		if x.Channel != channel || !x.InForce() || x.AddressHash != to.Buyer.AddressHash(channel) {
			continue
		}
		if x.Reason == scenarios.ReasonHardBounce || x.Reason == scenarios.ReasonRejected {
			return stateUndelivered
		}
		return stateOff
	}
	if consent, _ := to.Buyer.Consents.Of(channel); consent.Granted {
		return stateOn
	}
	return stateUnasked
}
