package handlers

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"kagobell/scenarios"
)

//go:embed pages/*.html
var adminFiles embed.FS

// layouts are the templates of the pages, once a language.
type layouts map[lang]*template.Template

// adminBase is parsed with words in place, and cloned to be given the words of each language.
var adminBase = template.Must(template.New("").Funcs(words{lang: japanese, zone: time.UTC}.functions()).
	ParseFS(adminFiles, "pages/*.html"))

func (a *admin) newLayouts() layouts {
	all := layouts{}
	for _, l := range []lang{japanese, english} {
		w := words{lang: l, zone: a.zone, now: a.now, titles: a.titles}
		all[l] = template.Must(adminBase.Clone()).Funcs(w.functions()) // fails only for what has been executed
	}
	return all
}

// titles are what the shop calls its scenarios.
func (a *admin) titles() map[string]string {
	titles := map[string]string{}
	for _, definition := range a.catalogue.Definitions() {
		titles[definition.Name] = definition.Title
	}
	return titles
}

// frame is what every page shows around its own content.
type frame struct {
	Lang    lang
	Page    string // the name of the template, and the prefix of its texts
	Section string // the part of the navigation that it belongs to
	Token   string // for the forms of a page; empty: nobody is logged in
	User    string
	Waiting bool   // there are dead letters to look at
	Done    string // a key of the texts: what was just done
	Now     time.Time
	Content any
}

// sections are the navigation, in its order; the first is /admin itself.
var sections = []string{"results", "hot-list", "scenarios", "runs", "messages", "outbox", "buyers", "dm", "dead-letters", "queues"}

// pageSections are the pages that are not the first of their section.
var pageSections = map[string]string{
	"outbox-message": "outbox", "buyer": "buyers", "dead-letter": "dead-letters",
}

// write renders to the end before anything is sent, so that a mistake in a template is not half a page.
func (a *admin) write(c *gin.Context, v *visit, status int, page string, content any) error {
	f := frame{Lang: v.lang, Page: page, Section: page, Now: a.now(), Content: content, Done: doneOf(c)}
	if section, ok := pageSections[page]; ok {
		f.Section = section
	}
	if len(v.session.nonce) > 0 {
		f.Token, f.User, f.Waiting = a.sessions.formToken(v.session.nonce), a.user, a.anyWaiting(c)
	}
	var out bytes.Buffer
	if err := a.layouts[v.lang].ExecuteTemplate(&out, page+".html", f); err != nil {
		return fmt.Errorf("page %s: %w", page, err)
	}
	c.Header("Content-Language", string(v.lang))
	c.Header("Vary", "Accept-Language, Cookie")
	c.Data(status, "text/html; charset=utf-8", out.Bytes())
	return nil
}

// markWithin is how long a page waits for the mark in its navigation.
const markWithin = 2 * time.Second

// anyWaiting puts a mark into the navigation. It is worth neither an error page nor a long wait.
func (a *admin) anyWaiting(c *gin.Context) bool {
	ctx, cancel := context.WithTimeout(c.Request.Context(), markWithin)
	defer cancel()
	waiting, err := a.letters.DeadLetters(ctx, DeadLetterFilter{Waiting: true, Limit: 1})
	return err == nil && len(waiting.Items) > 0
}

// doneOf reads what a redirect after a post wants said: one of the texts kept for it.
func doneOf(c *gin.Context) string {
	key := "done." + c.Query("done")
	if _, known := adminTexts[key]; known {
		return key
	}
	return ""
}

// showError is a page that says what went wrong; kind chooses its texts.
func (a *admin) showError(c *gin.Context, v *visit, status int, kind string) {
	if err := a.write(c, v, status, "error", kind); err != nil {
		a.log.Error("admin page failed", "route", c.FullPath(), "error", err)
		c.Data(status, "text/plain; charset=utf-8", []byte(http.StatusText(status)+"\n"))
	}
}

// pager leads to the next page of a list, with the filters that are set.
type pager struct{ First, Next string }

// pagerOf makes the links from the query of this page.
func pagerOf(c *gin.Context, next string) pager {
	query := c.Request.URL.Query()
	paged := query.Get("cursor") != ""
	query.Del("cursor")
	p := pager{}
	if paged {
		p.First = address(c.Request.URL.Path, query)
	}
	if next != "" {
		query.Set("cursor", next)
		p.Next = address(c.Request.URL.Path, query)
	}
	return p
}

func address(path string, query url.Values) string {
	if len(query) == 0 {
		return path
	}
	return path + "?" + query.Encode()
}

// filterText is a parameter without the blanks that people type around it.
func filterText(c *gin.Context, name string) string { return strings.TrimSpace(c.Query(name)) }

// chosen is a parameter with a closed set of values; anything else counts as not chosen.
func chosen[T ~string](c *gin.Context, name string, allowed []T) T {
	for _, value := range allowed {
		if T(c.Query(name)) == value {
			return value
		}
	}
	return ""
}

// scenarioNames are the choices of a filter.
func (a *admin) scenarioNames() []string {
	var names []string
	for _, definition := range a.catalogue.Definitions() {
		names = append(names, definition.Name)
	}
	return names
}

// definitionOf is the newest version of a scenario; nil when it is not defined any more.
func (a *admin) definitionOf(name string) *scenarios.Definition {
	for _, definition := range a.catalogue.Definitions() {
		if definition.Name == name {
			return definition
		}
	}
	return nil
}
