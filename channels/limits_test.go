package channels

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"kagobell/scenarios"
)

// movingClock goes on by 20 µs whenever it is looked at, so that no test waits.
func movingClock() func() time.Time {
	now := testNow
	return func() time.Time {
		now = now.Add(20 * time.Microsecond)
		return now
	}
}

// TestTemplatesComeToAnEnd: one that goes on for too long, or writes too much,
// ends in an error, whatever it does.
func TestTemplatesComeToAnEnd(t *testing.T) {
	nested := strings.Repeat("{{range $.Items}}", 12) + "x" + strings.Repeat("{{end}}", 12)
	silent := strings.Repeat("{{range $.Items}}", 12) + strings.Repeat("{{end}}", 12)
	doubling := `{{$x := "0123456789"}}{{range .Items}}{{range $.Items}}{{$x = print $x $x}}{{end}}{{end}}`
	for name, c := range map[string]struct{ text, want string }{
		"writing loops":   {nested, "more than 256 KiB come out"},
		"silent loops":    {silent, "still running after 2s"},
		"a great number":  {"{{range 9000000000000}}{{end}}", "still running after 2s"},
		"a large range":   {"{{range 9000000000000}}x{{end}}", "more than 256 KiB come out"},
		"doubling":        {doubling, "print: more than 256 KiB come out"},
		"doubling printf": {strings.Replace(doubling, "print $x $x", `printf "%s%s" $x $x`, 1), "printf: more than 256 KiB come out"},
		"doubling js":     {strings.NewReplacer("print $x $x", "js $x", "0123456789", "<").Replace(doubling), "js: more than 256 KiB come out"},
		"wide padding":    {`{{printf "%1000000000d" 1}}`, "of a width up to 200"},
		"many includes": {`{{define "a"}}{{end}}{{define "b"}}` + strings.Repeat(`{{template "a"}}`, 50) + `{{end}}{{define "c"}}` +
			strings.Repeat(`{{template "b"}}`, 50) + `{{end}}{{define "d"}}` + strings.Repeat(`{{template "c"}}`, 50) + `{{end}}{{define "e"}}` +
			strings.Repeat(`{{template "d"}}`, 50) + `{{end}}` + strings.Repeat(`{{template "e"}}`, 50), "still running after 2s"},
		"itself":     {`{{define "a"}}{{template "a" .}}{{end}}{{template "a" .}}`, "have no end: a → a"},
		"each other": {`{{define "a"}}{{with .}}{{template "b" .}}{{end}}{{end}}{{define "b"}}{{template "a" .}}{{end}}{{template "a" .}}`, "have no end: a → b → a"},
	} {
		t.Run(name, func(t *testing.T) {
			r := renderer(t, func(o *RenderOptions) {
				o.Now = movingClock()
				o.Popular = nil
				o.Inline = func(string, string, string) *scenarios.InlineMessage {
					return &scenarios.InlineMessage{Subject: "件名", Text: c.text}
				}
			})
			d := delivery("", scenarios.ChannelEmail)
			for len(d.Message.Items) < mostShown {
				d.Message.Items = append(d.Message.Items, paper)
			}
			if _, err := r.Render(t.Context(), d); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v; want %s", err, c.want)
			}
		})
	}
}

// TestLimitsHoldForEveryFile: HTML, LINE's JSON, the layouts and what they include.
func TestLimitsHoldForEveryFile(t *testing.T) {
	const loop = `{{range 9000000000000}}{{if false}}x{{end}}{{end}}`
	for name, files := range map[string]map[string]string{
		"HTML":             {"note.txt": "subject: a\n\nx\n", "note.html": "<tr><td>" + loop + "</td></tr>"},
		"Flex":             {"note.line.txt": "alt: a\n\nx\n", "note.line.json": `{"type": "bubble"` + loop + `}`},
		"a field":          {"note.txt": "subject: a" + loop + "\n\nx\n"},
		"an after":         {"note.txt": "subject: a\n\nx\n---\n" + loop + "\n"},
		"an English one":   {"note.txt": "subject: a\n\nx\n", "note.en.txt": "subject: b\n\n" + loop},
		"a letter":         {"note.dm.txt": "headline: a\n\n" + loop},
		"a layout":         {"_layout.txt": "{{.Before}}" + loop},
		"HTML in a circle": {"note.txt": "subject: a\n\nx\n", "note.html": `{{define "a"}}<tr>{{template "a" .}}</tr>{{end}}{{template "a" .}}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := loadTemplatesBy(movingClock(), folder(t, files), time.UTC) // each is tried when it is loaded
			if err == nil || !strings.Contains(err.Error(), "still running after 2s") && !strings.Contains(err.Error(), "have no end: a → a") {
				t.Errorf("%v", err)
			}
			if _, ok := errors.AsType[Mistakes](err); !ok {
				t.Errorf("a %T has no place", err)
			}
		})
	}
}

// TestNothingActsBehindTheDot: what templates reach has no method but those that
// say something about the message, and no function, channel or pointer through
// which the program or the machine could be reached.
func TestNothingActsBehindTheDot(t *testing.T) {
	allowed := map[string][]string{
		"*channels.view":  {"ContactLink", "LineContact", "LineHidden", "LineItems", "LineURL", "LineWords"},
		"channels.moment": {"String"}, "*channels.moment": {"String"},
	}
	seen := map[reflect.Type]bool{}
	var visit func(typ reflect.Type, way string)
	visit = func(typ reflect.Type, way string) {
		if seen[typ] {
			return
		}
		seen[typ] = true
		for _, each := range []reflect.Type{typ, reflect.PointerTo(typ)} {
			for i := range each.NumMethod() {
				method := each.Method(i)
				if !slices.Contains(allowed[each.String()], method.Name) && each.Kind() != reflect.Interface {
					t.Errorf("%s: %s has the method %s", way, each, method.Name)
				}
				for out := range method.Type.Outs() {
					visit(out, way+"."+method.Name)
				}
			}
		}
		switch typ.Kind() {
		case reflect.Struct:
			for i := range typ.NumField() {
				if field := typ.Field(i); field.IsExported() {
					visit(field.Type, way+"."+field.Name)
				}
			}
		case reflect.Slice, reflect.Map:
			visit(typ.Elem(), way+"[]")
		case reflect.Interface: // of Data: JSON, by cleanData
			if way != "$.Data[]" {
				t.Errorf("%s may hold anything", way)
			}
		case reflect.Func, reflect.Chan, reflect.Pointer, reflect.UnsafePointer:
			t.Errorf("%s is a %s", way, typ.Kind())
		}
	}
	visit(reflect.TypeFor[view](), "$")
	if len(seen) < 8 {
		t.Errorf("only %d types seen", len(seen))
	}
}
