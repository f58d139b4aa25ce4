package handlers

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/gin-gonic/gin"

	"kagobell/scenarios"
)

// recordWithin is how long a picture or a redirect waits to be recorded: a person is looking at it.
const recordWithin = 2 * time.Second

// Tracker knows the messages that tokens speak of, and takes down what buyers do with them.
type Tracker interface {
	// Message finds a message. ErrNotFound.
	Message(ctx context.Context, id string) (*scenarios.Message, error)
	// RecordInteraction keeps an open or a click that makes no event: those of machines, which are not counted, and
	// repetitions.
	RecordInteraction(ctx context.Context, interaction scenarios.Interaction) error
	// Recipient finds whom a message went to. ErrNotFound.
	Recipient(ctx context.Context, buyerID string) (Recipient, error)
}

// Recipient is a buyer with what bars the buyer's addresses.
type Recipient struct {
	Buyer        scenarios.Buyer
	Suppressions []scenarios.Suppression // of the buyer's addresses
}

// pixel is a transparent GIF of one point.
var pixel = []byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;")

// tracking answers the addresses in messages. What it logs names messages by id: a token opens a buyer's page.
type tracking struct {
	tracker    Tracker
	ingest     Ingester
	signer     *scenarios.TokenSigner
	eventsKept time.Duration
	now        func() time.Time
	log        *slog.Logger
}

func trackingRoutes(engine *gin.Engine, o Options) {
	t := &tracking{tracker: o.Tracker, ingest: o.Ingest, signer: o.Signer, eventsKept: o.EventsKept, now: o.Now, log: o.Log}
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		engine.Handle(method, "/t/o/:token", page, t.open)
		engine.Handle(method, "/t/c/:token", page, t.click)
	}
}

// open answers with the picture as long as the token is ours: a broken picture in a mail helps nobody.
func (t *tracking) open(c *gin.Context) {
	token, err := t.signer.Read(scenarios.TokenOpen, pathValue(c, "token"))
	if err != nil {
		showNotice(c, http.StatusNotFound, noticeUnknown)
		return
	}
	message, err := t.message(c, token)
	switch {
	case errors.Is(err, ErrNotFound):
		showNotice(c, http.StatusNotFound, noticeUnknown)
		return
	case err == nil:
		t.record(c, message, reaction{kind: scenarios.InteractionOpen})
	}
	c.Data(http.StatusOK, "image/gif", pixel)
}

// click leads to the address that is stored with the message, and to no other: nothing of the request is in it.
func (t *tracking) click(c *gin.Context) {
	token, err := t.signer.Read(scenarios.TokenClick, pathValue(c, "token"))
	if err != nil {
		showNotice(c, http.StatusNotFound, noticeUnknown)
		return
	}
	message, err := t.message(c, token)
	if err != nil && !errors.Is(err, ErrNotFound) {
		c.Header("Retry-After", "5")
		showNotice(c, http.StatusServiceUnavailable, noticeLater)
		return
	}
	address := linkOf(message, token.Link)
	if address == "" {
		showNotice(c, http.StatusNotFound, noticeUnknown)
		return
	}
	t.record(c, message, reaction{kind: scenarios.InteractionClick, link: token.Link, address: address})
	http.Redirect(c.Writer, c.Request, address, http.StatusFound)
}

func (t *tracking) message(c *gin.Context, token scenarios.Token) (*scenarios.Message, error) {
	ctx, cancel := context.WithTimeout(c.Request.Context(), recordWithin)
	defer cancel()
	message, err := t.tracker.Message(ctx, token.MessageID)
	if err != nil && !errors.Is(err, ErrNotFound) {
		t.log.Error("message not read", "message_id", token.MessageID, "error", err)
	}
	return message, err
}

// linkOf is the stored address of a link; empty when there is none that a browser should be sent to.
func linkOf(message *scenarios.Message, link int) string {
	address := ""
	switch {
	case message == nil:
	case link == scenarios.LinkMain:
		address = message.URL
	case link < len(message.Items):
		address = message.Items[link].URL
	}
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return ""
	}
	return address
}
