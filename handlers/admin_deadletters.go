package handlers

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/gin-gonic/gin"
)

// deadLettersPage is what pages/dead-letters.html shows.
type deadLettersPage struct {
	Letters []DeadLetter
	Pager   pager
	All     bool // those that were replayed, too
}

// deadLetterPage is what pages/dead-letter.html shows.
type deadLetterPage struct {
	DeadLetter
	Text       string
	Replayable bool
}

func (a *admin) listDeadLetters(c *gin.Context, v *visit) error {
	page := deadLettersPage{All: c.Query("show") == "all"}
	found, err := a.letters.DeadLetters(c.Request.Context(),
		DeadLetterFilter{Waiting: !page.All, Cursor: c.Query("cursor"), Limit: adminLimit})
	if err != nil {
		return err
	}
	page.Letters, page.Pager = found.Items, pagerOf(c, found.Next)
	return a.write(c, v, http.StatusOK, "dead-letters", page)
}

func (a *admin) showDeadLetter(c *gin.Context, v *visit) error {
	letter, err := a.letters.DeadLetter(c.Request.Context(), pathValue(c, "id"))
	if err != nil {
		return err
	}
	return a.write(c, v, http.StatusOK, "dead-letter", deadLetterPage{
		DeadLetter: letter, Text: readable(letter.Body),
		Replayable: (letter.Kind == DeadLetterEvent || letter.Kind == DeadLetterLead) && letter.ReplayedAt.IsZero(),
	})
}

// readable indents JSON, and shows bytes that are no text as what they are not.
func readable(body []byte) string {
	var indented bytes.Buffer
	if utf8.Valid(body) && json.Indent(&indented, body, "", "  ") == nil {
		return indented.String()
	}
	return strings.ToValidUTF8(string(body), "\uFFFD")
}

// replay tries an event again, as the API does: it is marked once that went well.
func (a *admin) replay(c *gin.Context, _ *visit) error {
	ctx, id := c.Request.Context(), pathValue(c, "id")
	letter, err := a.letters.DeadLetter(ctx, id)
	if err != nil {
		return err
	}
	done := "refused"
	switch letter.Kind {
	case DeadLetterLead:
		if err := a.retryLead(ctx, letter); err != nil {
			return err
		}
		done = "replayed"
	case DeadLetterEvent:
		taken, err := a.tryAgain(ctx, letter)
		if err != nil {
			return err
		}
		if taken {
			done = "replayed"
		}
	}
	c.Redirect(http.StatusSeeOther, "/admin/dead-letters/"+url.PathEscape(id)+"?done="+done)
	return nil
}

// retryLead has the sales system told again.
func (a *admin) retryLead(ctx context.Context, letter DeadLetter) error {
	if err := a.hot.RetryLead(ctx, letter.Subject); err != nil {
		return err
	}
	return a.letters.MarkReplayed(ctx, letter.ID, a.now().UTC())
}

// tryAgain tells whether the event was taken this time. An error means that nobody could say.
func (a *admin) tryAgain(ctx context.Context, letter DeadLetter) (taken bool, err error) {
	out, err := a.webhooks.replay(ctx, letter)
	if err != nil {
		if _, unreadable := problemOf(err); unreadable {
			return false, nil
		}
		return false, err
	}
	if out.allRejected() {
		return false, nil
	}
	return true, a.letters.MarkReplayed(ctx, letter.ID, a.now().UTC())
}
