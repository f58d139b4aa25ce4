package channels

import (
	"bytes"
	"context"
	"html/template"
	"sync"
	"time"

	"kagobell/scenarios"
)

const (
	rankingFor   = time.Minute // a ranking is shown this long before it is asked for anew
	rankingWait  = 2 * time.Second
	rankingShown = 5
)

// ranking keeps the block of popular products, which all messages of a minute
// share. Its links are not tracked: a token names an item of its message.
type ranking struct {
	ask   func(ctx context.Context) []scenarios.MessageItem
	now   func() time.Time
	make  func(items []viewItem, lang string) (template.HTML, string)
	renew sync.Mutex // one asks, the others go on with what there is

	mu     sync.RWMutex
	at     time.Time
	items  []viewItem
	blocks map[string]rankingBlock // by language
}

type rankingBlock struct {
	html template.HTML
	text string
}

func newRanking(ask func(context.Context) []scenarios.MessageItem, now func() time.Time,
	make func([]viewItem, string) (template.HTML, string)) *ranking {
	return &ranking{ask: ask, now: now, make: make}
}

// of is the block in a language; empty when nothing is known to be popular.
func (p *ranking) of(ctx context.Context, lang string) ([]viewItem, template.HTML, string) {
	if p.ask == nil {
		return nil, "", ""
	}
	p.mu.RLock()
	items, block, at := p.items, p.blocks[lang], p.at
	p.mu.RUnlock()
	if age := p.now().Sub(at); age >= 0 && age < rankingFor {
		return items, block.html, block.text
	}
	if at.IsZero() {
		p.renew.Lock() // the first has to be waited for
	} else if !p.renew.TryLock() {
		return items, block.html, block.text
	}
	defer p.renew.Unlock()
	p.refresh(ctx, at)
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.items, p.blocks[lang].html, p.blocks[lang].text
}

// refresh asks for the ranking, unless somebody did while we waited.
func (p *ranking) refresh(ctx context.Context, seen time.Time) {
	p.mu.RLock()
	done := p.at != seen
	p.mu.RUnlock()
	if done {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, rankingWait)
	defer cancel()
	var items []viewItem
	for _, it := range p.ask(ctx) {
		it.Price, it.Was, it.Saving = nil, nil, nil // the list price is not this buyer's
		item := newViewItem(&it, "", "")
		if item.URL != "" && item.Name != "" && len(items) < rankingShown {
			item.Rank = len(items) + 1
			items = append(items, item)
		}
	}
	blocks := map[string]rankingBlock{}
	for _, lang := range []string{inJapanese, inEnglish} {
		html, text := p.make(items, lang)
		blocks[lang] = rankingBlock{html, text}
	}
	p.mu.Lock()
	p.at, p.items, p.blocks = p.now(), items, blocks
	p.mu.Unlock()
}

// rankingBlocks renders the ranking for both parts of a mail. A shop's layout
// that has no such block, or one that fails, leaves it out.
func (r *Renderer) rankingBlocks(items []viewItem, lang string) (template.HTML, string) {
	if len(items) == 0 {
		return "", ""
	}
	v := &view{Lang: lang, From: r.from, Popular: items, Data: map[string]any{}, Now: r.moment(r.now(), lang), left: newStopwatch(r.now)}
	html, text := r.templates.html[lang].Lookup("popular"), r.templates.text[lang].Lookup("popular")
	var b bytes.Buffer
	if html != nil {
		if err := html.Execute(output{&b, largestHTML, v.left}, v); err != nil {
			b.Reset()
		}
	}
	block, err := r.block(text, v)
	if err != nil {
		block = ""
	}
	return template.HTML(b.String()), block // made by html/template, which escaped it
}
