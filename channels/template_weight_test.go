package channels

import (
	"strings"
	"testing"
)

func TestGmailClipsHeavyMail(t *testing.T) {
	if w := loadTemplates(t, "").Warnings(); len(w) > 0 {
		t.Errorf("what ships: %v", w)
	}
	dir := folder(t, map[string]string{"note.txt": "subject: a\n\nx\n",
		"note.html": "{{range .Items}}<tr><td title='" + strings.Repeat("x", 10_000) + "'>{{.Name}}</td></tr>{{end}}",
		"fine.txt":  "subject: a\n\nx\n", "fine.html": "<tr><td>" + strings.Repeat("x", 80_000) + "</td></tr>"})
	w := loadTemplates(t, dir).Warnings()
	if len(w) != 1 || !strings.Contains(w[0], "note.html: with 12 items the HTML has 12") || !strings.Contains(w[0], "Gmail clips a mail at 102 KB") {
		t.Errorf("%v", w)
	}
}
