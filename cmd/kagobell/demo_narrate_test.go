package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"kagobell/scenarios"
	"kagobell/store"
)

// keptJournal is a journal in memory.
type keptJournal struct {
	entries []store.JournalEntry
	titles  map[string]string
}

func (k *keptJournal) JournalSince(_ context.Context, after int64, limit int) ([]store.JournalEntry, error) {
	list := k.entries[after:]
	return list[:min(limit, len(list))], nil
}

func (k *keptJournal) Message(_ context.Context, id string) (*scenarios.Message, error) {
	title, known := k.titles[id]
	if !known {
		return nil, errors.New("no such message")
	}
	return &scenarios.Message{ID: id, Title: title, BatchID: "dm-2026-11-20"}, nil
}

func (k *keptJournal) add(e scenarios.Entry) {
	k.entries = append(k.entries, store.JournalEntry{Seq: int64(len(k.entries) + 1), Entry: e})
}

func cartDefinition() []*scenarios.Definition {
	return []*scenarios.Definition{{Name: "cart_abandonment", Steps: []scenarios.Step{{ID: "first"}, {ID: "second"}, {ID: "unopened"}}}}
}

func TestNarratorTellsTheJournal(t *testing.T) {
	opened := time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC)
	journal := &keptJournal{titles: map[string]string{"m1": "ご注文手続きがお済みでない商品がございます", "m2": ""}}
	var out strings.Builder
	n := newNarrator(journal, newTerminal(&out, nil), newDemoShop(""), cartDefinition(), opened, 3600)
	entry := scenarios.Entry{At: opened.Add(4 * time.Second), BuyerID: "sato", Scenario: "cart_abandonment", Step: "first",
		Action: scenarios.ActionSend, Channel: scenarios.ChannelEmail, MessageID: "m1"}
	journal.add(entry)
	entry.At, entry.Step, entry.Channel, entry.MessageID = opened.Add(28*time.Second), "unopened", scenarios.ChannelDM, "m2"
	journal.add(entry)
	entry.BuyerID, entry.Action, entry.Channel, entry.Reason = "clark", scenarios.ActionExit, "", scenarios.ReasonOrdered
	journal.add(entry)
	entry.BuyerID, entry.Scenario, entry.Step, entry.Action, entry.Reason = "you", "winback", "", scenarios.ActionSkip, scenarios.ReasonPaused
	journal.add(entry)
	for range 2 { // nothing is told twice
		if err := n.follow(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	want := "" +
		"1日目 13:00 配信 SENT  佐藤 花子（東都精機）     カゴ離脱 cart    #1 メール mail 「ご注文手続きがお済みでない商品がございます」\n" +
		"2日目 13:00 配信 SENT  佐藤 花子（東都精機）     カゴ離脱 cart    #3 郵送 DM     DM バッチに追加 dm-2026-11-20\n" +
		"2日目 13:00 停止 STOP  Emma Clark（ネクサス）    カゴ離脱 cart    #3             取引先が注文した ordered\n" +
		"2日目 13:00 見送 skip  you                       winback                         paused\n"
	if out.String() != want {
		t.Errorf("told\n%s\nwant\n%s", out.String(), want)
	}
	if n.stops["cart_abandonment"] != 1 || n.sent[sentKey{"sato", "cart_abandonment", "first"}] != "m1" {
		t.Errorf("kept in mind: %v, %v", n.stops, n.sent)
	}
}

func TestNarratorReadsPageByPage(t *testing.T) {
	journal := &keptJournal{}
	for range 2*journalPage + 5 {
		journal.add(scenarios.Entry{BuyerID: "sato", Scenario: "cart_abandonment", Action: scenarios.ActionStart})
	}
	var out strings.Builder
	n := newNarrator(journal, newTerminal(&out, nil), newDemoShop(""), nil, time.Time{}, 1)
	if err := n.follow(t.Context()); err != nil {
		t.Fatal(err)
	}
	if lines := strings.Count(out.String(), "\n"); lines != 2*journalPage+5 {
		t.Errorf("%d lines", lines)
	}
}

func TestNarratorTellsOfTheShop(t *testing.T) {
	opened := time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC)
	var out strings.Builder
	n := newNarrator(&keptJournal{}, newTerminal(&out, nil), newDemoShop(""), nil, opened, 3600)
	for _, s := range []scene{
		{act: cart{"sato", "c-1", []demoLine{{"PPC-A4", 20}, {"TNR-C21", 2}}, ""}},
		{act: stocktaking{{"SHO-26", 20}}, note: remark{"再入荷", "restocked"}},
		{act: reaction{"suzuki", clicks, "favorite_price_drop", "first"}},
		{act: order{"kitayama", "o-1", "edi", []demoLine{{"FLM-6", 4}}}},
		{act: priceList{{"OIL-18", 15800, 14200, 14900}}},
	} {
		n.happened(opened.Add(18*time.Second), &s)
	}
	want := "" +
		"2日目 03:00 受信 event 佐藤 花子（東都精機）     カートに 2 品 74,800円 / 2 in the cart, ¥74,800\n" +
		"2日目 03:00 受信 event （店） shop               在庫 安全靴 26.5cm 20（再入荷） / stock SHO-26 20 (restocked)\n" +
		"2日目 03:00 反応 react 鈴木 健（東都精機）       メールを開封しクリック / opened the mail and clicked\n" +
		"2日目 03:00 受信 event 北山食品                  EDIで注文 ストレッチフィルム 6巻 19,440円 / order by edi, ¥19,440\n" +
		"2日目 03:00 受信 event （店） shop               価格を戻す 水溶性切削油 18L 15,800円 / OIL-18 back at ¥15,800\n"
	if out.String() != want {
		t.Errorf("told\n%s\nwant\n%s", out.String(), want)
	}
}

func TestAims(t *testing.T) {
	var a aims
	if len(a.missing()) != 11 {
		t.Fatalf("at first %v are missing", a.missing())
	}
	sends := func(scenario, step, buyer string) {
		a.note(&scenarios.Entry{Action: scenarios.ActionSend, Scenario: scenario, Step: step, BuyerID: buyer})
	}
	for name := range scenarioSayings {
		sends(name, "first", "sato")
		sends(name, "second", "sato")
	}
	sends("cart_abandonment", "first", whoWaitsForApproval) // before he has waited, it proves nothing
	a.note(&scenarios.Entry{Action: scenarios.ActionExit, Reason: scenarios.ReasonOrdered, BuyerID: "suzuki"})
	a.note(&scenarios.Entry{Action: scenarios.ActionWait, Reason: scenarios.ReasonQuoteRequested, BuyerID: whoWaitsForApproval})
	if got := strings.Join(a.missing(), "; "); got != "a colleague's order; a cart under approval; a cart approved" {
		t.Errorf("missing: %s", got)
	}
	a.note(&scenarios.Entry{Action: scenarios.ActionWait, Reason: scenarios.ReasonAwaitingApproval, BuyerID: whoWaitsForApproval})
	sends("cart_abandonment", "first", whoWaitsForApproval)
	a.note(&scenarios.Entry{Action: scenarios.ActionExit, Reason: scenarios.ReasonOrdered, BuyerID: whoseColleagueOrders})
	if got := a.missing(); len(got) != 0 {
		t.Errorf("missing: %v", got)
	}
}
