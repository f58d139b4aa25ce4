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
	}
	want := []head{
		{"browse_dropoff", "商品閲覧落ち", 10, "7d"},
		{"cart_abandonment", "カゴ離脱", 40, "7d"},
		{"favorite_price_drop", "お気に入り+価格値下げ", 30, "7d"},
		{"favorite_restock", "お気に入り+在庫入荷", 20, "3d"},
	}
	if len(definitions) != len(want) {
		t.Fatalf("%d definitions, want %d", len(definitions), len(want))
	}
	for i, d := range definitions {
		if got := (head{d.Name, d.Title, d.Priority, d.CoolDown.String()}); got != want[i] || !d.Enabled {
			t.Errorf("definition %d: %+v (enabled %t), want %+v", i, got, d.Enabled, want[i])
		}
	}
	const templates = "browse_first/email browse_second/line browse_second/email cart_first/email cart_second/email " +
		"cart_unopened/line cart_unopened/dm price_first/email price_second/email restock_first/email restock_second/email"
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
