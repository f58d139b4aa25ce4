package channels

import (
	"reflect"
	"testing"

	"kagobell/scenarios"
)

// TestExampleDataIsEnough: a template that names data of an event can be shown
// before any event came.
func TestExampleDataIsEnough(t *testing.T) {
	dir := folder(t, map[string]string{
		"note.txt": "subject: {{.Data.title}}\nbutton: {{yen .Data.total}}\n\n{{if .Data.url}}{{.Data.url}}{{end}}{{range .Data.rows}}{{.}}{{end}}" +
			"{{fallback \"x\" (get .Data \"y\")}}\n---\n{{range .Items}}{{$.Data.place | rank}}{{end}}{{.Data.who.name}}{{with .Data.seat}}{{.hall}} {{yen .fee}}{{end}}" +
			"{{range .Data.parts}}{{.no}} {{$.Data.title}}{{end}}{{range .Items}}{{.Name}}{{end}}\n",
		"note.html": `<tr><td title="{{.Data.hint}}">{{days .Now .Data.until}} {{date (addDays 3 .Data.until)}} {{.Data.total}}</td></tr>`,
	})
	r := renderer(t, func(o *RenderOptions) { o.Templates = loadTemplates(t, dir) })
	d := delivery("note", scenarios.ChannelEmail)
	data, err := r.ExampleData(d.Message, inJapanese)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"title": "〔title〕", "total": 12800, "url": "〔url〕", "rows": []any{"〔rows 1〕", "〔rows 2〕"}, "place": 3,
		"who": map[string]any{"name": "〔name〕"}, "hint": "〔hint〕", "seat": map[string]any{"hall": "〔hall〕", "fee": 12800},
		"parts": []any{map[string]any{"no": "〔no〕"}, map[string]any{"no": "〔no〕"}}, "until": "2026-12-25T10:00:00+09:00"}
	if !reflect.DeepEqual(data, want) {
		t.Errorf("got  %v\nwant %v", data, want)
	}
	d.Data = data
	if got := mustRender(t, r, d); got.Subject != "〔title〕" {
		t.Errorf("subject %s", got.Subject)
	}
	if _, err := r.ExampleData(&scenarios.Message{Template: "nosuch"}, inJapanese); err == nil {
		t.Error("a template that does not exist has data")
	}
}
