package main

import (
	"encoding/json"
	"fmt"
	"time"

	"kagobell/scenarios"
)

// scene is something that happens in the shop at its time.
type scene struct {
	at   time.Duration // since the shop opened
	act  act
	late time.Duration // the event is that much older than its arrival
	note remark        // why it is told
}

// remark is said beside a scene, in both languages.
type remark struct{ ja, en string }

// demoOpens is when the shop opens on its first day.
const demoOpens = 9 * time.Hour

// clock is a time in the shop: the day, from 1, and the time of day.
func clock(day, hour, minute int) time.Duration {
	return time.Duration(day-1)*24*time.Hour + time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute - demoOpens
}

// dayAndTime is the opposite of clock.
func dayAndTime(at time.Duration) (day, hour, minute int) {
	at += demoOpens
	return int(at/(24*time.Hour)) + 1, int(at / time.Hour % 24), int(at / time.Minute % 60)
}

var (
	curtain  = clock(3, 15, 0) // the story is told; what comes after is for those who keep watching
	epilogue = clock(5, 17, 0)
)

// demoStory is what happens, in order. The comments say what is to be seen.
var demoStory = []scene{
	{at: clock(1, 9, 0), act: opening{}},

	// Orders make the ranking of popular products.
	{at: clock(1, 9, 1), act: order{"kato", "o-201", "web", []demoLine{{"PPC-A4", 10}, {"BAT-AA", 2}}}},
	{at: clock(1, 9, 2), act: order{"aozora", "o-202", "phone", []demoLine{{"WPE-12", 4}, {"PPC-A4", 5}}}},
	{at: clock(1, 9, 3), act: order{"hikari", "o-203", "fax", []demoLine{{"PPC-A4", 30}, {"TNR-C21", 4}}}},
	{at: clock(1, 9, 4), act: order{"sasaki", "o-204", "web", []demoLine{{"SPR-12", 2}, {"GLV-NBR", 20}}}},
	{at: clock(1, 9, 5), act: order{"nexus", "o-205", "edi", []demoLine{{"TNR-C21", 2}, {"PPC-A4", 5}}}},

	// Favourites wait for stock and for better prices.
	{at: clock(1, 9, 6), act: favorite{"kimura", "MSK-DS2", 10}},
	{at: clock(1, 9, 7), act: favorite{"saito", "MSK-DS2", 10}},
	{at: clock(1, 9, 8), act: favorite{"shimizu", "MSK-DS2", 10}},
	{at: clock(1, 9, 9), act: favorite{"hayashi", "SHO-26", 5}},
	{at: clock(1, 9, 10), act: favorite{"ogawa", "HLM-WH", 10}},
	{at: clock(1, 9, 11), act: favorite{"suzuki", "SPN-10", 0}},
	{at: clock(1, 9, 12), act: favorite{"suzuki", "CAL-150", 0}},
	{at: clock(1, 9, 13), act: favorite{"yamaguchi", "SPN-10", 0}},
	{at: clock(1, 9, 14), act: favorite{"yamaguchi", "CAL-150", 0}}, // whose contract price will stay
	{at: clock(1, 9, 15), act: favorite{"hayashi", "SPN-10", 0}},
	{at: clock(1, 9, 16), act: favorite{"tanaka", "OIL-18", 0}},
	{at: clock(1, 9, 17), act: favorite{"sasaki", "PLT-11", 0}},

	// Carts are left behind, products looked at.
	{at: clock(1, 9, 18), act: cart{"sato", "c-101", []demoLine{{"PPC-A4", 20}, {"TNR-C21", 2}}, ""}},
	{at: clock(1, 9, 20), act: cart{"takahashi", "c-102", []demoLine{{"BLT-M8", 20}, {"SPR-12", 2}}, ""}},
	{at: clock(1, 9, 22), act: look{"yamada", "RCK-5"}},
	{at: clock(1, 9, 24), act: look{"sasaki", "SPR-12"}, note: remark{"社内で購入済み", "bought already"}},
	{at: clock(1, 9, 30), act: cart{"watanabe", "c-104", []demoLine{{"TWL-30", 4}, {"SOP-18", 1}, {"GLV-NBR", 20}}, ""}},
	{at: clock(1, 9, 33), act: look{"sasaki", "VST-RF"}},
	{at: clock(1, 9, 35), act: cart{"ogawa", "c-103", []demoLine{{"VST-RF", 10}, {"GLV-CUT", 24}}, ""}},
	{at: clock(1, 9, 38), act: look{"yamada", "DSK-140"}},
	{at: clock(1, 9, 40), act: cart{"tanaka", "c-105", []demoLine{{"DRL-18", 2}, {"BIT-32", 2}}, ""}},
	{at: clock(1, 9, 44), act: look{"yamada", "CHR-MSH"}},
	{at: clock(1, 9, 48), act: look{"sasaki", "GLV-CUT"}},
	{at: clock(1, 9, 50), act: cart{"yoshida", "c-107", []demoLine{{"TEA-24", 8}, {"FLM-6", 4}}, ""}},

	// A cart goes up for approval, and waits until it is back.
	{at: clock(1, 10, 0), act: cart{"ito", "c-106", []demoLine{{"DSK-140", 4}, {"CHR-MSH", 4}}, ""}},
	{at: clock(1, 10, 10), act: cart{"ito", "c-106", []demoLine{{"DSK-140", 4}, {"CHR-MSH", 4}}, scenarios.CartAwaitingApproval}},

	{at: clock(1, 10, 20), act: cart{"kobayashi", "c-108", []demoLine{{"MRK-WB", 5}, {"FIL-A4", 20}}, ""},
		note: remark{"メールの同意なし", "without consent"}},
	{at: clock(1, 10, 30), act: priceList{{"SPN-10", 7480, 6300, 7400}, {"CAL-150", 7180, 6590, 7600},
		{"OIL-18", 13900, 12500, 13200}, {"PLT-11", 9600, 8640, 9020}}},
	{at: clock(1, 10, 35), act: cart{"kimura", "c-110", []demoLine{{"INK-4C", 3}}, ""}},
	{at: clock(1, 10, 40), act: cart{"kato", "c-109", []demoLine{{"GGL-AF", 10}, {"RCK-5", 1}}, ""}},

	// A cart that changes moves its mail; a late event and a repeated one change nothing.
	{at: clock(1, 10, 50), act: cart{"yoshida", "c-107", []demoLine{{"TEA-24", 10}, {"FLM-6", 4}, {"BOX-DOC", 3}}, ""}},
	{at: clock(1, 10, 55), act: again{"yoshida"}, note: remark{"重複は無視", "a duplicate"}},
	{at: clock(1, 11, 5), act: cart{"yoshida", "c-107", []demoLine{{"TEA-24", 9}}, ""}, late: 45 * time.Minute,
		note: remark{"古いイベントが後着、無視", "out of order"}},

	{at: clock(1, 11, 8), act: look{"clark", "DSK-140"}},
	{at: clock(1, 11, 10), act: look{"matsumoto", "CHR-MSH"}},
	{at: clock(1, 11, 15), act: look{"matsumoto", "RCK-5"}},
	{at: clock(1, 11, 20), act: look{"clark", "LED-T40"}},
	{at: clock(1, 11, 30), act: stocktaking{{"MSK-DS2", 60}, {"HLM-WH", 300}}, note: remark{"再入荷", "restocked"}},
	{at: clock(1, 12, 10), act: cart{"kimura", "c-110", nil, ""}},
	{at: clock(1, 12, 30), act: stocktaking{{"SHO-26", 20}}, note: remark{"再入荷", "restocked"}},
	{at: clock(1, 13, 0), act: cart{"matsumoto", "c-111", []demoLine{{"CHR-MSH", 6}}, ""}, note: remark{"閲覧から一歩前進", "a step on"}},
	{at: clock(1, 14, 0), act: stocktaking{{"MSK-DS2", 12}}, note: remark{"残りわずか", "low"}},

	// Some open, click and buy; one opts out.
	{at: clock(1, 14, 30), act: reaction{"suzuki", clicks, "favorite_price_drop", "first"}},
	{at: clock(1, 15, 30), act: reaction{"yamaguchi", opens, "favorite_price_drop", "first"}},
	{at: clock(1, 16, 0), act: order{"sato", "o-210", "phone", []demoLine{{"DRL-18", 2}, {"BIT-32", 2}}},
		note: remark{"同僚の田中と同じ商品", "what a colleague has in his cart"}},
	{at: clock(1, 17, 30), act: reaction{"watanabe", clicks, "cart_abandonment", "first"}},
	{at: clock(1, 18, 0), act: reaction{"kato", optsOut, "cart_abandonment", "first"}},
	{at: clock(1, 18, 30), act: order{"watanabe", "o-206", "web", []demoLine{{"TWL-30", 4}}}, note: remark{"一部だけ購入", "a part of the cart"}},
	{at: clock(1, 20, 30), act: look{"nakamura", "TEA-24"}},
	{at: clock(1, 20, 40), act: look{"nakamura", "SOP-18"}},

	{at: clock(2, 2, 0), act: order{"kitayama", "o-207", "edi", []demoLine{{"FLM-6", 4}}}, note: remark{"夜間の自動発注", "by night"}},
	{at: clock(2, 5, 30), act: stocktaking{{"PPC-A4", 730}, {"TNR-C21", 82}}, note: remark{"在庫連携", "nightly stock"}},
	{at: clock(2, 7, 0), act: priceList{{"OIL-18", 15800, 14200, 14900}}},
	{at: clock(2, 8, 30), act: stocktaking{{"SHO-26", 0}}, note: remark{"再び完売", "sold out again"}},
	{at: clock(2, 9, 0), act: order{"suzuki", "o-208", "web", []demoLine{{"SPN-10", 2}, {"CAL-150", 2}}}},
	{at: clock(2, 9, 10), act: reaction{"matsumoto", clicks, "cart_abandonment", "first"}},
	{at: clock(2, 9, 30), act: cart{"ito", "c-106", []demoLine{{"DSK-140", 4}, {"CHR-MSH", 4}}, scenarios.CartOpen},
		note: remark{"承認が下りた", "approved"}},
	{at: clock(2, 9, 40), act: order{"matsumoto", "o-209", "web", []demoLine{{"CHR-MSH", 6}}}},
	{at: clock(2, 11, 0), act: cart{"hayashi", "c-112", []demoLine{{"OIL-18", 2}, {"GRD-25", 1}}, ""}},
	{at: clock(2, 14, 0), act: reaction{"sasaki", clicks, "browse_dropoff", "first"}},
	{at: clock(2, 15, 40), act: reaction{"kimura", clicks, "favorite_restock", "second"}},
	{at: clock(2, 16, 0), act: order{"sasaki", "o-211", "web", []demoLine{{"VST-RF", 10}, {"GLV-CUT", 12}}}},
	{at: clock(2, 16, 20), act: order{"kimura", "o-212", "web", []demoLine{{"MSK-DS2", 10}}}},
	{at: clock(2, 18, 40), act: reaction{"yoshida", clicks, "cart_abandonment", "second"}},
	{at: clock(2, 19, 10), act: order{"yoshida", "o-213", "web", []demoLine{{"TEA-24", 10}, {"BOX-DOC", 3}}}},
	{at: clock(2, 20, 30), act: look{"shimizu", "EML-10"}},

	{at: clock(3, 5, 30), act: stocktaking{{"PPC-A4", 700}, {"TNR-C21", 78}}, note: remark{"在庫連携", "nightly stock"}},
	{at: clock(3, 9, 30), act: cart{"saito", "c-113", []demoLine{{"GRD-25", 2}, {"EML-10", 3}}, ""}},
	{at: clock(3, 10, 30), act: reaction{"clark", opens, "browse_dropoff", "first"}},

	// After the curtain: the third message, by LINE or by post, and a letter that an order calls back.
	{at: clock(4, 5, 30), act: stocktaking{{"PPC-A4", 660}}, note: remark{"在庫連携", "nightly stock"}},
	{at: clock(4, 10, 0), act: order{"saito", "o-214", "fax", []demoLine{{"GRD-25", 2}, {"EML-10", 3}}}},
	{at: clock(5, 15, 30), act: order{"minato", "o-215", "fax", []demoLine{{"VST-RF", 10}, {"GLV-CUT", 24}}},
		note: remark{"締め前の DM は取りやめ", "the letter is called back"}},
}

// posting is a scene with the events that the shop posts about it.
type posting struct {
	scene
	events []demoEvent // none for a reaction
}

// postings gives the story its events, named in their order.
func (s *demoShop) postings() []posting {
	list := make([]posting, len(demoStory))
	number := 0
	for i, scene := range demoStory {
		events := scene.act.events(s)
		for j := range events {
			number++
			events[j].ID = fmt.Sprintf("shop-%04d", number)
		}
		if _, repeated := scene.act.(again); repeated {
			events = list[i-1].events
		}
		list[i] = posting{scene, events}
	}
	return list
}

// bodies are the events as they are posted at a moment. One that is posted again has the time that it had.
func (p *posting) bodies(now time.Time, speed float64) ([]json.RawMessage, error) {
	list := make([]json.RawMessage, len(p.events))
	for i := range p.events {
		event := &p.events[i]
		if event.OccurredAt.IsZero() {
			event.OccurredAt = now.Add(-sped(p.late, speed)).UTC()
		}
		body, err := json.Marshal(event)
		if err != nil {
			return nil, fmt.Errorf("event %s: %w", event.ID, err)
		}
		list[i] = body
	}
	return list, nil
}

// sped is how long a time in the shop takes here.
func sped(d time.Duration, speed float64) time.Duration { return time.Duration(float64(d) / speed) }
