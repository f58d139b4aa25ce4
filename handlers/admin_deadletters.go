package handlers

import (
	"bytes"
	"encoding/json"
	"errors"
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

// replay tries a letter again, as the API does.
func (a *admin) replay(c *gin.Context, _ *visit) error {
	ctx, id := c.Request.Context(), pathValue(c, "id")
	letter, err := a.letters.DeadLetter(ctx, id)
	if err != nil {
		return err
	}
	done := "replayed"
	var refused *RefusedError
	switch err := a.replayer.Replay(ctx, letter); {
	case errors.As(err, &refused), errors.Is(err, ErrNotReplayable):
		done = "refused"
	case err != nil:
		return err
	}
	c.Redirect(http.StatusSeeOther, "/admin/dead-letters/"+url.PathEscape(id)+"?done="+done)
	return nil
}

// dismiss takes a letter off the list of those that wait.
func (a *admin) dismiss(c *gin.Context, _ *visit) error {
	id := pathValue(c, "id")
	if err := a.letters.MarkReplayed(c.Request.Context(), id, a.now().UTC()); err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, "/admin/dead-letters/"+url.PathEscape(id)+"?done=dismissed")
	return nil
}
