package channels

import (
	"testing"

	"kagobell/scenarios"
)

func TestCheckInline(t *testing.T) {
	templates := loadTemplates(t, "")
	for _, c := range []struct{ subject, text, want string }{
		{"{{.Lead.Name}}について", "{{.Addressee}} へ\n\n番号 {{.Data.number}}", ""},
		{"{{.Lead.Name}}", "{{range .Items}}{{.Name}}{{end}}", ""}, // a message without items is not of this scenario
		{"", "", "expected a subject; expected a text"},
		{"件名", "", "expected a text"},
		{"", "{{.Nobody}}", "expected a subject; text: line 1: .Nobody: there is no Nobody"},
		{"{{.Lead.Nam}}", "a\n\n{{.Buyer.Nam}} 様\n{{nosuch .}}", `subject: line 1: .Lead.Nam: there is no Nam; text: line 4: function "nosuch" not defined`},
		{"{{", "{{if .Items}}", "subject: line 1: unclosed action; text: line 1: unexpected EOF"},
		{"件名", "{{.A}} と {{.Lead.B}}\n{{.A}}\n{{if .Items}}{{.C}}{{end}}{{with .D}}x{{end}}{{.E}}",
			"text: line 1: .A: there is no A; text: line 1: .Lead.B: there is no B; text: line 2: .A: there is no A; " +
				"text: line 3: .C: there is no C; text: line 3: .D: there is no D"}, // with can not be taken out alone: it ends there
		{`{{""}}`, "本文", "subject: it comes out empty"},
		{"件名", `{{index .Items 99}}`, "text: line 1: index .Items 99: error calling index: index out of range: 99"},
		{"件名", `{{$x := .Nam}}{{$x}}`, "text: line 1: .Nam: there is no Nam"},
	} {
		err := templates.CheckInline(&scenarios.InlineMessage{Subject: c.subject, Text: c.text})
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%q, %q:\n got %s\nwant %s", c.subject, c.text, got, c.want)
		}
	}
}
