package handlers

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"kagobell/scenarios"
)

// bodyPolicy is that of a message in its frame: no script, no form, no way out; the shop's pictures and the styles
// that mails carry in them are all that is let through.
const bodyPolicy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src https: http: data:; " +
	"form-action 'none'; frame-ancestors 'self'; base-uri 'none'"

// showBody is the message alone, for the frame on its page.
func (a *admin) showBody(c *gin.Context, v *visit) error {
	entry, err := a.outbox.OutboxEntry(c.Request.Context(), pathValue(c, "id"))
	if err != nil {
		return err
	}
	var out bytes.Buffer
	switch {
	case entry.Rendered.Channel == scenarios.ChannelEmail && entry.Rendered.HTML != "":
		out.WriteString(untracked(entry.Rendered.HTML))
	case entry.Rendered.Channel == scenarios.ChannelLine:
		chat := chatView{Lang: v.lang, Alternative: entry.Rendered.Subject, At: entry.At}
		chat.Bubbles, chat.Broken = bubblesOf(entry.Rendered.Flex)
		if err := a.layouts[v.lang].ExecuteTemplate(&out, "chat.html", chat); err != nil {
			return fmt.Errorf("chat: %w", err)
		}
	default:
		if err := a.layouts[v.lang].ExecuteTemplate(&out, "plain.html", entry.Rendered); err != nil {
			return fmt.Errorf("text: %w", err)
		}
	}
	c.Header("Content-Security-Policy", bodyPolicy)
	c.Header("X-Frame-Options", "SAMEORIGIN")
	c.Header("Referrer-Policy", "no-referrer") // the shop's picture server is not told of this page
	c.Data(http.StatusOK, "text/html; charset=utf-8", out.Bytes())
	return nil
}

// leftOut are elements that a mail program would not run either, and that could lead the frame elsewhere.
var leftOut = map[atom.Atom]bool{
	atom.Script: true, atom.Iframe: true, atom.Frame: true, atom.Frameset: true, atom.Object: true, atom.Embed: true,
	atom.Base: true, atom.Link: true, atom.Form: true,
}

// untracked makes a mail safe to look at: to open it here must not count as the buyer's opening, and a click here
// must not count as the buyer's. The pixel goes; links tell where they lead and lead nowhere. What could still run is
// kept from it by bodyPolicy.
func untracked(mail string) string {
	var out strings.Builder
	tokens := html.NewTokenizer(strings.NewReader(mail))
	within := atom.Atom(0) // an element that is left out with all that is in it
	for {
		kind := tokens.Next()
		if kind == html.ErrorToken { // the end; the tokenizer knows no malformed HTML
			return out.String()
		}
		raw := string(tokens.Raw()) // Token may write over it
		token := tokens.Token()
		switch {
		case within != 0:
			if kind == html.EndTagToken && token.DataAtom == within {
				within = 0
			}
		case leftOut[token.DataAtom] || refreshes(token) || isPixel(token):
			if kind != html.EndTagToken && (token.DataAtom == atom.Script || token.DataAtom == atom.Iframe) {
				within = token.DataAtom // what they hold is no HTML
			}
		case kind == html.StartTagToken && (token.DataAtom == atom.A || token.DataAtom == atom.Area):
			out.WriteString(leadingNowhere(token).String())
		default:
			out.WriteString(raw)
		}
	}
}

// isPixel tells whether a picture is there to be counted.
func isPixel(token html.Token) bool {
	return token.DataAtom == atom.Img && strings.Contains(attribute(token, "src"), "/t/o/")
}

// refreshes tells whether an element would lead to another page by itself.
func refreshes(token html.Token) bool {
	return token.DataAtom == atom.Meta && strings.EqualFold(attribute(token, "http-equiv"), "refresh")
}

// leadingNowhere shows the address of a link to whoever points at it; it stays a link in looks.
func leadingNowhere(token html.Token) html.Token {
	shown := html.Token{Type: token.Type, DataAtom: token.DataAtom, Data: token.Data}
	for _, a := range token.Attr {
		switch a.Key {
		case "href":
			shown.Attr = append(shown.Attr, html.Attribute{Key: "href", Val: "#"}, html.Attribute{Key: "title", Val: a.Val})
		case "xlink:href", "target", "ping", "download":
		default:
			shown.Attr = append(shown.Attr, a)
		}
	}
	return shown
}

func attribute(token html.Token, key string) string {
	for _, a := range token.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}
