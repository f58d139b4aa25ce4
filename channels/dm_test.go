package channels

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/japanese"

	"kagobell/scenarios"
)

func letterRow(t *testing.T, change func(*scenarios.Delivery)) DMRow {
	t.Helper()
	d := delivery("cart_unopened", scenarios.ChannelDM)
	if change != nil {
		change(&d)
	}
	row, err := renderer(t, nil).DMRow("dm-2026-11-20", d)
	if err != nil {
		t.Fatal(err)
	}
	return row
}

func export(t *testing.T, rows []DMRow, encodingName string) ([]byte, []DMReplacement) {
	t.Helper()
	var b bytes.Buffer
	replaced, err := WriteDM(&b, rows, encodingName)
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), replaced
}

func TestLettersAreExported(t *testing.T) {
	rows := []DMRow{letterRow(t, nil), letterRow(t, func(d *scenarios.Delivery) {
		d.Buyer = &scenarios.Buyer{ID: "b-2", Postal: &scenarios.Postal{Code: "5300001", City: "大阪市北区"}}
		d.Account = &scenarios.Account{}
	})}
	utf, replaced := export(t, rows, EncodingUTF8)
	if len(replaced) != 0 {
		t.Errorf("replaced in UTF-8: %v", replaced)
	}
	golden(t, "dm/letters.csv", string(utf))

	cp932, replaced := export(t, rows, EncodingCP932)
	if len(replaced) != 0 {
		t.Errorf("replaced: %v", replaced)
	}
	back, err := japanese.ShiftJIS.NewDecoder().Bytes(cp932)
	if err != nil {
		t.Fatal(err)
	}
	if "\ufeff"+string(back) != string(utf) {
		t.Error("the two encodings do not say the same")
	}
	if bytes.Contains(bytes.ReplaceAll(utf, []byte("\r\n"), nil), []byte("\n")) {
		t.Error("a line ends without CR")
	}
	records, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(utf), "\ufeff"))).ReadAll()
	if err != nil || len(records) != 3 || records[1][2] != "100-0005" || records[2][9] != "ご担当者 様" || records[1][9] != "佐藤 花子 様" {
		t.Errorf("records %q: %v", records, err)
	}
}

func TestLetterInTheOutbox(t *testing.T) {
	for _, locale := range []string{"ja", "en"} {
		outbox := &memoryOutbox{}
		s := sender(t, Options{Outbox: outbox})
		d := delivery("cart_unopened", scenarios.ChannelDM)
		d.Buyer.Locale = locale
		if o := s.Send(context.Background(), d); o.Kind != scenarios.OutcomeSent || o.Title == "" {
			t.Fatalf("outcome %+v", o)
		}
		kept, _ := outbox.get(d.Message.ID)
		golden(t, "dm/letter."+locale+".txt", kept.To+"\n\n"+kept.Subject+"\n\n"+kept.Text)
	}
}

func TestCellsAreNoFormulas(t *testing.T) {
	for _, c := range []struct{ cell, want string }{
		{"=1+1", "'=1+1"}, {"+81", "'+81"}, {"-3", "'-3"}, {"@SUM(A1)", "'@SUM(A1)"}, {"\t=1", "'\t=1"},
		{"＝1+1", "'＝1+1"}, {"＋1", "'＋1"}, {"－1", "'－1"}, {"＠x", "'＠x"}, {" =1", "' =1"}, {"　＝1", "'　＝1"}, {"\n=1", "'\n=1"},
		{"丸の内1-1-1", "丸の内1-1-1"}, {"100-0005", "100-0005"}, {"", ""}, {"ーー", "ーー"},
	} {
		if got := neutralCell(c.cell); got != c.want {
			t.Errorf("%q becomes %q, want %q", c.cell, got, c.want)
		}
	}
	row := letterRow(t, func(d *scenarios.Delivery) {
		d.Buyer.Postal.Company = `=HYPERLINK("http://evil.example","x")`
		d.Buyer.Postal.Recipient = "\r\n@花子"
	})
	out, _ := export(t, []DMRow{row}, EncodingUTF8)
	if !bytes.Contains(out, []byte(`"'=HYPERLINK(""http://evil.example"",""x"")"`)) || !bytes.Contains(out, []byte(`,'@花子 様,`)) {
		t.Errorf("export:\n%s", out)
	}
}

func TestWhatCP932DoesNotHave(t *testing.T) {
	rows := []DMRow{
		{MessageID: "m1", Recipient: "髙﨑 様", Company: "①㈱", Street: "1〜2−3", Items: "￥480 ¥480", Building: "ガス\u3099 ビル"},
		{MessageID: "m2", Recipient: "𠮷野 😀 様", Headline: "100€"},
	}
	out, replaced := export(t, rows, EncodingCP932)
	back, err := japanese.ShiftJIS.NewDecoder().String(string(out))
	if err != nil || strings.ContainsRune(back, utf8.RuneError) {
		t.Fatalf("not CP932: %v\n%s", err, back)
	}
	for _, want := range []string{"髙﨑 様", "①㈱", "1～2－3", "￥480 ￥480", "ガズ ビル", "〓野 〓 様", "100〓"} {
		if !strings.Contains(back, want) {
			t.Errorf("no %q in\n%s", want, back)
		}
	}
	if len(replaced) != 2 || replaced[0] != (DMReplacement{Row: 1, MessageID: "m2", Column: "宛名", Characters: "𠮷😀"}) ||
		replaced[1] != (DMReplacement{Row: 1, MessageID: "m2", Column: "見出し", Characters: "€"}) {
		t.Errorf("replaced %+v", replaced)
	}
}

func TestPostalCode(t *testing.T) {
	for code, want := range map[string]string{
		"1000005": "100-0005", "100-0005": "100-0005", "〒100-0005": "100-0005", "１００－０００５": "100-0005",
		"１００ー０００５": "100-0005", " 100 0005 ": "100-0005", "": "", "10005": "10005", "SW1A 1AA": "SW1A 1AA",
	} {
		if got := postalCode(code); got != want {
			t.Errorf("%q becomes %q, want %q", code, got, want)
		}
	}
}

func TestHonoured(t *testing.T) {
	for name, want := range map[string]string{"佐藤 花子": "佐藤 花子 様", "佐藤 様": "佐藤 様", "購買部御中": "購買部御中", "": "ご担当者 様"} {
		if got := honoured(name); got != want {
			t.Errorf("%q becomes %q, want %q", name, got, want)
		}
	}
}

func TestExportFails(t *testing.T) {
	if _, err := WriteDM(io.Discard, nil, "utf-16"); err == nil {
		t.Error("an unknown encoding is taken")
	}
	for _, name := range []string{EncodingUTF8, EncodingCP932} {
		if _, err := WriteDM(full{}, []DMRow{{Recipient: "佐藤"}}, name); !errors.Is(err, errTest) {
			t.Errorf("%s: a full disk is not told: %v", name, err)
		}
	}
}

// full is a disk that takes nothing.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errTest }
