package handlers

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"kagobell/scenarios"
)

//go:embed templates/*.html
var pageFiles embed.FS

var pages = template.Must(template.ParseFS(pageFiles, "templates/*.html"))

// Shop is who writes, as shown on the pages that buyers see.
type Shop struct {
	Name       string
	Company    string
	Address    string
	ContactURL string // http, https or mailto
}

// What was done, for the notice on top of the page.
const (
	doneStopped = "stopped"
	doneResumed = "resumed"
)

// preferencesView is what templates/preferences.html shows.
type preferencesView struct {
	Lang     lang
	Text     preferencesText
	Shop     Shop
	Done     string
	Channels []channelView
	AnyOn    bool
}

type channelView struct {
	Channel scenarios.Channel
	Name    string
	Address string // masked
	State   channelState
	Label   string
}

func showPreferences(c *gin.Context, shop Shop, a addressee, done string) error {
	l := languageOf(c.Request)
	view := preferencesView{Lang: l, Text: preferencesTexts[l], Shop: shop, Done: preferencesTexts[l].Done[done]}
	for _, channel := range scenarios.Channels {
		state := stateOf(a.to, channel)
		if state == stateNone {
			continue
		}
		view.AnyOn = view.AnyOn || state == stateOn
		view.Channels = append(view.Channels, channelView{
			Channel: channel, State: state,
			Name: view.Text.Names[channel], Label: view.Text.States[state], Address: masked(&a.to.Buyer, channel),
		})
	}
	return writePage(c, http.StatusOK, l, "preferences.html", view)
}

// writePage renders to the end before anything is sent, so that a mistake in a template is not half a page.
func writePage(c *gin.Context, status int, l lang, name string, view any) error {
	var out bytes.Buffer
	if err := pages.ExecuteTemplate(&out, name, view); err != nil {
		return err
	}
	c.Header("Content-Language", string(l))
	c.Header("Vary", "Accept-Language")
	c.Data(status, "text/html; charset=utf-8", out.Bytes())
	return nil
}

// masked shows enough of an address for its owner to know it, and too little for anybody else: links are forwarded.
func masked(b *scenarios.Buyer, channel scenarios.Channel) string {
	switch channel {
	case scenarios.ChannelEmail:
		local, domain, found := strings.Cut(b.Email, "@")
		if !found {
			return ""
		}
		first, _ := utf8.DecodeRuneInString(local)
		if local == "" {
			first = '*'
		}
		return string(first) + "***@" + domain
	case scenarios.ChannelDM:
		if p := b.Postal; p.Deliverable() {
			return p.Prefecture + p.City + "***"
		}
	}
	return ""
}

// noticeKind is a page that says one thing.
type noticeKind int

const (
	noticeUnknown noticeKind = iota
	noticeLater
	noticeForm
)

type noticeView struct {
	Lang        lang
	Base        string // leads from the page to the top, wherever a proxy has put it
	Title, Text string
}

// showNotice is an error as a person sees it who followed a link.
func showNotice(c *gin.Context, status int, kind noticeKind) {
	l := languageOf(c.Request)
	text := noticeTexts[l][kind]
	base := strings.Repeat("../", max(strings.Count(c.FullPath(), "/")-1, 0))
	if err := writePage(c, status, l, "notice.html", noticeView{l, base, text[0], text[1]}); err != nil {
		writeProblem(c, problem(status, text[1]))
	}
}
