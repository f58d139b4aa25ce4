package handlers

import (
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"kagobell/scenarios"
)

// longestTimeline is how many of the newest lines of a buyer's history a page shows.
const longestTimeline = 500

// buyerPage is what pages/buyer.html shows, each list newest first.
type buyerPage struct {
	BuyerRecord
	Channels []buyerChannel
	Timeline []scenarios.Entry
	Cut      bool // the timeline is longer than shown
	Erased   bool
}

// buyerChannel is whether a buyer can be written to on one channel, and why not.
type buyerChannel struct {
	Channel scenarios.Channel
	Address string
	State   channelState
	Consent scenarios.Consent
	Said    bool // the shop said something about consent
	Block   scenarios.Block
	Blocked bool
}

func (a *admin) showBuyer(c *gin.Context, v *visit) error {
	record, err := a.buyers.BuyerRecord(c.Request.Context(), pathValue(c, "id"))
	if err != nil {
		return err
	}
	page := buyerPage{BuyerRecord: record, Timeline: slices.Clone(record.Journal), Erased: record.Buyer.Erased()}
	slices.Reverse(page.Timeline)
	if len(page.Timeline) > longestTimeline {
		page.Timeline, page.Cut = page.Timeline[:longestTimeline], true
	}
	page.Ledger, page.Runs, page.Messages = slices.Clone(record.Ledger), slices.Clone(record.Runs), slices.Clone(record.Messages)
	slices.Reverse(page.Ledger)
	slices.Reverse(page.Runs)
	slices.Reverse(page.Messages)
	for _, channel := range scenarios.Channels {
		consent, said := record.Buyer.Consents.Of(channel)
		block, blocked := record.Buyer.Blocks.Of(channel)
		page.Channels = append(page.Channels, buyerChannel{
			Channel: channel, Address: record.Buyer.Address(channel), State: stateOf(record.Recipient, channel),
			Consent: consent, Said: said, Block: block, Blocked: blocked,
		})
	}
	return a.write(c, v, http.StatusOK, "buyer", page)
}
