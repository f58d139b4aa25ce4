package handlers

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"kagobell/scenarios"
)

// maxFormBody is far more than any form of these pages.
const maxFormBody = 64 << 10

// preferences answers /u/{token}: the page on which buyers choose what they get, and the one-click opt-out of mail
// programs. A GET or HEAD never changes anything, for scanners follow every link.
type preferences struct {
	tracker Tracker
	signer  *scenarios.TokenSigner
	optOuts *optOuts
	shop    Shop
	log     *slog.Logger
}

func preferenceRoutes(engine *gin.Engine, o Options) {
	p := &preferences{
		tracker: o.Tracker, signer: o.Signer, shop: o.Shop, log: o.Log,
		optOuts: &optOuts{ingest: o.Ingest, tracker: o.Tracker, now: o.Now},
	}
	engine.GET("/u/:token", page, within(answerWithin), p.guarded(p.show))
	engine.HEAD("/u/:token", page, within(answerWithin), p.guarded(p.show))
	engine.POST("/u/:token", page, within(answerWithin), p.guarded(p.change))
}

// addressee is what a token of this page stands for.
type addressee struct {
	message *scenarios.Message
	to      Recipient
}

// guarded finds the addressee, and shows people a page about errors instead of a problem in JSON.
func (p *preferences) guarded(h func(c *gin.Context, a addressee) error) gin.HandlerFunc {
	return func(c *gin.Context) {
		token, err := p.signer.Read(scenarios.TokenUnsubscribe, pathValue(c, "token"))
		var a addressee
		if err == nil {
			a, err = p.addressee(c.Request.Context(), token)
		}
		if err == nil {
			err = h(c, a)
		}
		switch {
		case err == nil:
		case errors.Is(err, ErrNotFound), errors.Is(err, scenarios.ErrToken):
			showNotice(c, http.StatusNotFound, noticeUnknown)
		case errors.Is(err, errForm):
			showNotice(c, http.StatusBadRequest, noticeForm)
		default:
			p.log.Error("preferences failed", "method", c.Request.Method, "message_id", token.MessageID, "error", err)
			c.Header("Retry-After", "5")
			showNotice(c, http.StatusServiceUnavailable, noticeLater)
		}
	}
}

func (p *preferences) addressee(ctx context.Context, token scenarios.Token) (a addressee, err error) {
	if a.message, err = p.tracker.Message(ctx, token.MessageID); err != nil {
		return a, err
	}
	a.to, err = p.tracker.Recipient(ctx, a.message.BuyerID)
	return a, err
}

func (p *preferences) show(c *gin.Context, a addressee) error {
	return showPreferences(c, p.shop, a, "")
}

// change is RFC 8058's post, answered with a plain 200 and no redirect, or that of the page's own form.
func (p *preferences) change(c *gin.Context, a addressee) error {
	form, err := readForm(c)
	if err != nil {
		return err
	}
	wish := change{messageID: a.message.ID, channels: []scenarios.Channel{a.message.Channel}}
	if strings.EqualFold(form("List-Unsubscribe"), "One-Click") {
		if err := p.optOuts.apply(c.Request.Context(), a.to, wish); err != nil {
			return err
		}
		c.String(http.StatusOK, "unsubscribed\n")
		return nil
	}
	if wish.channels, wish.wanted, err = wishOf(form); err != nil {
		return err
	}
	wish.channels = slices.DeleteFunc(wish.channels, func(ch scenarios.Channel) bool { return stateOf(a.to, ch) == stateNone })
	if err := p.optOuts.apply(c.Request.Context(), a.to, wish); err != nil {
		return err
	}
	if a.to, err = p.tracker.Recipient(c.Request.Context(), a.message.BuyerID); err != nil {
		return err
	}
	if wish.wanted {
		return showPreferences(c, p.shop, a, doneResumed)
	}
	return showPreferences(c, p.shop, a, doneStopped)
}

var errForm = errors.New("not a form of this page")

// readForm reads the body alone, in either of the encodings that RFC 8058 section 3.2 names: what stands in the
// address does not count, nor is it a reason to refuse an opt-out.
func readForm(c *gin.Context) (value func(name string) string, err error) {
	r := c.Request
	r.URL.RawQuery = ""
	r.Body = http.MaxBytesReader(c.Writer, r.Body, maxFormBody)
	if r.Header.Get("Content-Type") == "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if err := r.ParseMultipartForm(maxFormBody); err != nil && !errors.Is(err, http.ErrNotMultipart) {
		return nil, errForm
	}
	return r.PostForm.Get, nil
}

// wishOf reads the page's own form.
func wishOf(form func(string) string) (channels []scenarios.Channel, wanted bool, err error) {
	switch form("action") {
	case "stop":
	case "resume":
		wanted = true
	default:
		return nil, false, errForm
	}
	channel := scenarios.Channel(form("channel"))
	switch {
	case channel == "all" && !wanted:
		return slices.Clone(scenarios.Channels), false, nil
	case channel.Valid():
		return []scenarios.Channel{channel}, wanted, nil
	}
	return nil, false, errForm
}
