package scenarios

import (
	"os"
	"strings"
	"testing"
)

func TestBuiltinDefinitionsAreWithoutMistakes(t *testing.T) {
	files, err := BuiltinFiles()
	if err != nil {
		t.Fatal(err)
	}
	var asked []string
	definitions, found := LoadDefinitions(files, Checks{HasTemplate: func(name string, c Channel) bool {
		asked = append(asked, name+"/"+string(c))
		return true
	}})
	for _, m := range found {
		t.Error(m)
	}
	type head struct {
		name, title string
		priority    int
		coolDown    string
		enabled     bool
		steps       int
	}
	want := []head{
		{"browse_dropoff", "商品閲覧落ち", 10, "7d", true, 2},
		{"cart_abandonment", "カゴ離脱", 40, "7d", true, 3},
		{"course", "ノウハウ講座（全10回）", 5, "60d", false, 10},
		{"document_followup", "資料ダウンロード後のフォロー", 15, "30d", false, 3},
		{"favorite_price_drop", "お気に入り+価格値下げ", 30, "7d", true, 2},
		{"favorite_restock", "お気に入り+在庫入荷", 20, "3d", true, 2},
		{"first_purchase", "初回購入後のフォロー", 35, "0s", false, 5},
		{"free_to_paid", "無料プランから有料プランへ", 8, "60d", false, 3},
		{"nurture", "ナーチャリング", 14, "30d", false, 15},
		{"seminar_followup", "セミナー参加後のフォロー", 15, "7d", false, 3},
		{"winback", "休眠の掘り起こし", 12, "7d", false, 2},
	}
	if len(definitions) != len(want) {
		t.Fatalf("%d definitions, want %d", len(definitions), len(want))
	}
	for i, d := range definitions {
		if got := (head{d.Name, d.Title, d.Priority, d.CoolDown.String(), d.Enabled, len(d.Steps)}); got != want[i] {
			t.Errorf("definition %d: %+v, want %+v", i, got, want[i])
		}
	}
	const templates = "browse_first/email browse_second/line browse_second/email cart_first/email cart_second/email " +
		"cart_unopened/line cart_unopened/dm " +
		"course_01/email course_02/email course_03/email course_04/email course_05/email " +
		"course_06/email course_07/email course_08/email course_09/email course_10/email " +
		"document_thanks/email document_survey/email document_trial/line document_trial/email " +
		"price_first/email price_second/email restock_first/email restock_second/email " +
		"first_purchase_thanks/email first_purchase_howto/email first_purchase_survey/line first_purchase_survey/email " +
		"first_purchase_related/email first_purchase_renewal/email " +
		"free_to_paid_approval/email free_to_paid_reports/email free_to_paid_consult/email " +
		"nurture_thanks/email nurture_campaign/line nurture_campaign/email nurture_detail/email nurture_cases/email " +
		"nurture_digest/email nurture_campaign/line nurture_campaign/email nurture_detail/email nurture_again/email nurture_talk/email " +
		"seminar_thanks/email seminar_survey/line seminar_survey/email seminar_results/email " +
		"winback_first/email winback_second/line winback_second/email"
	if got := strings.Join(asked, " "); got != templates {
		t.Errorf("templates:\n got %s\nwant %s", got, templates)
	}
}

func TestTheExampleOfTheDocumentationIsWithoutMistakes(t *testing.T) {
	const path = "../docs/examples/seminar_followup.yaml"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	definitions, found := LoadDefinitions([]DefinitionFile{{Path: path, Text: text}}, Checks{})
	for _, m := range found {
		t.Error(m)
	}
	if len(definitions) != 1 || len(definitions[0].Steps) != 3 {
		t.Errorf("read as %+v", definitions)
	}
}
