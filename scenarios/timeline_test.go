package scenarios

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestTimelines replays every file of testdata/timelines on the virtual clock.
// A file is a history in short form, a line of dashes, and what the engine
// makes of it. Read the history's language in timelineReader.
func TestTimelines(t *testing.T) {
	files, err := filepath.Glob("testdata/timelines/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no timelines: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			history, want, _ := strings.Cut(string(text), "\n----\n")
			got := replay(t, history)
			if *update {
				if err := os.WriteFile(file, []byte(history+"\n----\n"+got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != want {
				t.Errorf("%s\n--- got\n%s--- want\n%s", history, got, want)
			}
		})
	}
}

// replay runs a history and writes a line for each thing that happened.
func replay(t *testing.T, history string) string {
	t.Helper()
	r := readHistory(t, history)
	definitions := r.definitions
	if len(definitions) == 0 {
		definitions = builtinForTest(t)
	}
	var out strings.Builder
	sim := NewSimulator(NewEngine(r.settings, definitions, nil), titleForTest, func(l Line) {
		out.WriteString(shortLine(l))
	})
	for i, ev := range r.events {
		r.act(sim, i)
		sim.Event(ev)
		if key, asked := r.asked[ev]; asked {
			out.WriteString(scoreLine(sim, key))
		}
	}
	r.act(sim, len(r.events))
	sim.Finish(time.Time{})
	return out.String()
}

// readHistory reads a history and the settings in it.
func readHistory(t *testing.T, history string) *timelineReader {
	t.Helper()
	zone := time.FixedZone("JST", 9*60*60)
	r := &timelineReader{t: t, zone: zone, buyers: map[string]map[string]any{}, asked: map[*Event]AccountKey{},
		settings: Settings{Zone: zone, Window: BusinessHours(), CapPerDay: 2, Speed: 1, Horizon: 24 * time.Hour, DMCutOff: 17 * time.Hour}}
	for n, line := range strings.Split(history, "\n") {
		r.line(n+1, line)
	}
	return r
}

// titleForTest shows what a message would be made of.
func titleForTest(d Delivery) (string, error) {
	if d.Message.Template == "broken" {
		return "", errors.New("no field Nam")
	}
	var items []string
	for _, it := range d.Message.Items {
		s := it.SKU
		if it.Price != nil {
			s += "=" + it.Price.String()
		}
		if it.PercentOff > 0 {
			s += fmt.Sprintf("(-%d%%)", it.PercentOff)
		}
		items = append(items, s)
	}
	return d.Message.Template + "[" + strings.Join(items, " ") + "]", nil
}

func shortLine(l Line) string {
	at := strings.TrimSuffix(strings.Replace(l.At[5:], "T", " ", 1), "+09:00")
	words := []string{at, l.BuyerID, l.Scenario + "(" + l.Subject + ")"}
	if l.Step != "" {
		words[2] += "/" + l.Step
	}
	words = append(words, string(l.Action))
	for _, w := range []string{string(l.Channel), string(l.Reason), l.Title} {
		if w != "" {
			words = append(words, w)
		}
	}
	return strings.Join(words, " ") + "\n"
}

// timelineReader reads a history, a line each:
//
//	set window=always order_by=15:00 cap=2 cut_off=17:00 dm_cap=0
//	buyer sato account=acme email=x@y line=U1 postal=yes consent=email,line,dm group=gold rank=3 plan:free
//	11-20 10:00 sato cart c1 A*3=480 B state=awaiting_approval previous=c0     ("-" for an emptied cart)
//	11-20 10:00 sato order o1 A B until:2027-01-31  |  11-20 10:00 @acme order o1 A       |  sato cancel o1
//	11-20 10:00 sato view A             |  sato favorite A qty=5              |  sato unfavorite A
//	11-20 10:00 product A stock=3 price=1000 price.gold=900 low=5 moq=10 active=no version=2   |  product A deleted
//	11-20 10:00 sato profile email=new@x consent=-email,+line,~dm   |  sato delete
//	11-20 10:00 sato opened cart_abandonment first        |  clicked, bounced, complained, opted_out email
//	11-20 10:00 sato event seminar.attended title=x        |  sato page price /price/list
//	11-20 10:00 shop pauses cart_abandonment              |  shop resumes cart_abandonment, shop pauses everything
//	11-20 10:00 shop loads FILE                           |  shop removes NAME
//	11-20 18:00 machine down                              |  machine up
//	11-20 10:00 @acme rejected   |  @acme accepted, sato rejected: what sales say
//	11-20 10:00 @acme score      |  sato score (of a buyer without an account): shows it
//	set scenario=NAME scores=NAME: files of testdata/scenarios and testdata/scores
//	set example=NAME: one that ships switched off
//
// A `*` before a line sends the line before once more, with the same id;
// `at=11-19 10:00` as the last words gives another occurred_at than the arrival.
// The year is 2026, the zone is Asia/Tokyo. A buyer not declared belongs to
// account acme, has an e-mail address and agreed to e-mail; declared again, his
// later events say so. In a consent, `-` is false, `?` null, `~` an opt-in, `+`
// one that gives its time, which is then (`+email@11-19`: that day).
type timelineReader struct {
	t           *testing.T
	zone        *time.Location
	settings    Settings
	buyers      map[string]map[string]any
	at          string // of the line being read
	events      []*Event
	asked       map[*Event]AccountKey // events that merely ask for a score
	definitions []*Definition
	acts        []timelineAct
}

func (r *timelineReader) line(n int, line string) {
	r.t.Helper()
	words := strings.Fields(line)
	switch {
	case len(words) == 0 || strings.HasPrefix(words[0], "#"):
	case words[0] == "*":
		r.events = append(r.events, r.events[len(r.events)-1])
	case words[0] == "set":
		r.set(words[1:])
	case words[0] == "buyer":
		r.buyers[words[1]] = r.profile(words[1], words[2:])
	case words[2] == "shop" || words[2] == "machine":
		r.ownAct(words)
	default:
		r.event(n, words)
	}
}

func (r *timelineReader) set(words []string) {
	for _, w := range words {
		key, value, _ := strings.Cut(w, "=")
		switch key {
		case "window":
			r.settings.Window = AlwaysWindow()
		case "order_by":
			r.settings.Window.OrderBy, _ = ParseTimeOfDay(value)
		case "cap":
			r.settings.CapPerDay, _ = strconv.Atoi(value)
		case "cut_off":
			r.settings.DMCutOff, _ = ParseTimeOfDay(value)
		case "dm_cap":
			r.settings.DMDailyCap, _ = strconv.Atoi(value)
		case "speed":
			r.settings.Speed, _ = strconv.ParseFloat(value, 64)
		case "closed_on":
			days, err := ParseClosedDays(value)
			if err != nil {
				r.t.Fatal(err)
			}
			r.settings.Window.ClosedOn = append(r.settings.Window.ClosedOn, days)
		case "scores":
			r.settings.Scores = scoresForTest(r.t, value)
		case "scenario":
			r.definitions = append(r.definitions, definitionForTest(r.t, value))
		case "example": // one that ships switched off
			r.definitions = append(r.definitions, exampleForTest(r.t, value))
		default:
			r.t.Fatalf("set: unknown word %q", w)
		}
	}
}

func (r *timelineReader) profile(id string, words []string) map[string]any {
	p := map[string]any{"id": id, "account_id": "acme", "email": id + "@acme.example", "consent": map[string]any{"email": true}}
	r.amend(p, words)
	return p
}

func (r *timelineReader) amend(p map[string]any, words []string) {
	for _, w := range words {
		key, value, plain := strings.Cut(w, "=")
		if name, v, own := strings.Cut(w, ":"); own && !plain { // one of the buyer's own attributes
			p["attributes"] = map[string]any{name: orNull(v)}
			continue
		}
		switch key {
		case "account":
			p["account_id"] = orNull(value)
		case "email":
			p["email"] = orNull(value)
		case "line":
			p["line_user_id"] = orNull(value)
		case "group":
			p["price_group"] = orNull(value)
		case "rank":
			p["rank"] = orNull(value)
		case "postal":
			p["postal"] = map[string]any{"code": "100-0001", "prefecture": "東京都", "city": "千代田区", "street": "1-1", "recipient": p["id"]}
		case "consent":
			consent := map[string]any{}
			for _, c := range strings.Split(value, ",") {
				switch {
				case c == "":
				case strings.HasPrefix(c, "-"):
					consent[c[1:]] = false
				case strings.HasPrefix(c, "?"):
					consent[c[1:]] = nil
				case strings.HasPrefix(c, "~"):
					consent[c[1:]] = map[string]any{"granted": true, "basis": "opt_in"}
				case strings.HasPrefix(c, "+"):
					c, day, dated := strings.Cut(c[1:], "@")
					at := r.at
					if dated {
						at = r.time(day, "00:00").Format(time.RFC3339)
					}
					consent[c] = map[string]any{"granted": true, "basis": "opt_in", "at": at}
				default:
					consent[c] = true
				}
			}
			p["consent"] = consent
		default:
			r.t.Fatalf("buyer: unknown word %q", w)
		}
	}
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// event reads `11-20 10:00 WHO VERB …`.
func (r *timelineReader) event(n int, words []string) {
	at := r.time(words[0], words[1])
	arrival := at
	if k := len(words); k > 3 && strings.HasPrefix(words[k-2], "at=") {
		at = r.time(strings.TrimPrefix(words[k-2], "at="), words[k-1])
		words = words[:k-2]
	}
	r.at = at.Format(time.RFC3339Nano)
	raw := map[string]any{"id": fmt.Sprintf("line-%d", n), "occurred_at": r.at}
	who, verb, rest := words[2], words[3], words[4:]
	switch {
	case verb == "score":
		r.askScore(n, at, who)
		return
	case who == "product":
		r.product(raw, verb, rest)
	case strings.HasPrefix(who, "@"):
		raw["account_id"] = who[1:]
		r.verb(raw, verb, rest)
	default:
		raw["buyer"] = r.buyerObject(who)
		r.verb(raw, verb, rest)
	}
	text, err := json.Marshal(raw)
	if err != nil {
		r.t.Fatal(err)
	}
	ev, problems := ReadEvent(text, "shop")
	if len(problems) > 0 {
		r.t.Fatalf("line %d: %v", n, problems)
	}
	if !arrival.Equal(at) { // a clock-tick event carries the clock to the arrival
		r.events = append(r.events, &Event{Source: "clock", ID: fmt.Sprint(n), Type: "clock.ticked", OccurredAt: arrival, Buyer: &BuyerUpdate{ID: "clock"}})
	}
	r.events = append(r.events, ev)
}

func (r *timelineReader) buyerObject(who string) map[string]any {
	if r.buyers[who] == nil {
		r.buyers[who] = r.profile(who, nil)
	}
	return r.buyers[who]
}

func (r *timelineReader) time(day, clock string) time.Time {
	at, err := time.ParseInLocation("2006-01-02 15:04", "2026-"+day+" "+clock, r.zone)
	if err != nil {
		if at, err = time.ParseInLocation("2006-01-02 15:04:05", "2026-"+day+" "+clock, r.zone); err != nil {
			r.t.Fatal(err)
		}
	}
	return at
}

func (r *timelineReader) verb(raw map[string]any, verb string, rest []string) {
	data := map[string]any{}
	raw["data"] = data
	switch verb {
	case "cart":
		raw["type"], data["cart_id"], data["currency"] = EventCartUpdated, rest[0], "JPY"
		r.items(data, rest[1:])
	case "order":
		raw["type"], data["order_id"] = EventOrderPlaced, rest[0]
		r.items(data, rest[1:])
	case "cancel":
		raw["type"], data["order_id"] = EventOrderCancelled, rest[0]
	case "view":
		raw["type"], data["sku"] = EventProductViewed, rest[0]
	case "favorite":
		raw["type"], data["sku"] = EventFavoriteAdded, rest[0]
		if len(rest) > 1 {
			data["quantity"], _ = strconv.ParseFloat(strings.TrimPrefix(rest[1], "qty="), 64)
		}
	case "unfavorite":
		raw["type"], data["sku"] = EventFavoriteRemoved, rest[0]
	case "profile":
		raw["type"] = EventBuyerUpdated
		if buyer, ok := raw["buyer"].(map[string]any); ok {
			r.amend(buyer, rest)
		}
	case "delete":
		raw["type"] = EventBuyerDeleted
	case "opened", "clicked", "bounced", "complained":
		data["channel"] = "email"
		raw["type"], data["scenario"], data["step"] = "message."+verb, rest[0], rest[1]
	case "opted_out", "opted_in":
		raw["type"], data["channel"] = "buyer."+verb, rest[0]
	case "page":
		raw["type"], data["category"], data["url"] = EventPageViewed, rest[0], "https://shop.example"+rest[1]
	case "rejected", "accepted":
		raw["type"] = "lead." + verb
	case "event":
		raw["type"] = rest[0]
		for _, w := range rest[1:] {
			key, value, _ := strings.Cut(w, "=")
			data[key] = value
		}
	default:
		r.t.Fatalf("unknown verb %q", verb)
	}
}

// items reads `A`, `A*3` (quantity) and `A*3=480` (unit price).
func (r *timelineReader) items(data map[string]any, words []string) {
	items := []any{}
	for _, w := range words {
		switch {
		case w == "-":
		case strings.HasPrefix(w, "state="):
			data["state"] = strings.TrimPrefix(w, "state=")
		case strings.HasPrefix(w, "previous="):
			data["previous_cart_id"] = strings.TrimPrefix(w, "previous=")
		case strings.Contains(w, ":"): // data of the shop's own
			key, value, _ := strings.Cut(w, ":")
			data[key] = value
		case strings.HasPrefix(w, "medium="):
			data["medium"] = strings.TrimPrefix(w, "medium=")
		default:
			name, price, priced := strings.Cut(w, "=")
			sku, count, counted := strings.Cut(name, "*")
			it := map[string]any{"sku": sku, "name": sku, "quantity": 1}
			if counted {
				it["quantity"], _ = strconv.ParseFloat(count, 64)
			}
			if priced {
				it["unit_price"] = price
			}
			items = append(items, it)
		}
	}
	data["items"] = items
}
