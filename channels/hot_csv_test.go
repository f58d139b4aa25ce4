package channels

import (
	"strings"
	"testing"
	"time"
)

func TestHotListAsCSV(t *testing.T) {
	var out strings.Builder
	rows := []HotRow{
		{AccountID: "acme", AccountName: "=HYPERLINK(\"https://evil.example\")", BuyerID: "b-1", BuyerName: "佐藤, 花子", Department: "＠購買",
			Email: "sato@acme.example", Mark: "hot", Score: 62, Since: time.Date(2026, 11, 20, 1, 0, 0, 0, time.UTC),
			Reasons: "+10 料金ページを閲覧\n+3 クリック"},
		{BuyerID: "b-2", Mark: "hot", Score: 1_250_000, Since: time.Date(2026, 11, 21, 1, 0, 0, 0, time.UTC)},
	}
	if err := WriteHotList(&out, rows, time.FixedZone("JST", 9*60*60)); err != nil {
		t.Fatal(err)
	}
	want := "\ufeff取引先ID,取引先名,発注担当者ID,担当者名,部署名,メール,基準,スコア,いつから,理由\r\n" +
		"acme,\"'=HYPERLINK(\"\"https://evil.example\"\")\",b-1,\"佐藤, 花子\",'＠購買,sato@acme.example,hot,62,2026-11-20 10:00,\"'+10 料金ページを閲覧\r\n+3 クリック\"\r\n" +
		",,b-2,,,,hot,1250000,2026-11-21 10:00,\r\n"
	if out.String() != want {
		t.Errorf("got  %q\nwant %q", out.String(), want)
	}
}
