package store

import (
	"testing"
	"time"
	"unicode/utf8"
)

// FuzzReadCursor: what is taken for a cursor is text that a statement may carry, and is written the same again.
func FuzzReadCursor(f *testing.F) {
	good := place{time.Date(2026, 11, 20, 1, 2, 3, 4000, time.UTC), "m-1"}.cursor()
	for _, text := range []string{good, good[:20], "", "!", "AAAA", place{time.Time{}, "\xff"}.cursor()} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := readCursor(text)
		if err != nil {
			return
		}
		if again, err := readCursor(p.cursor()); err != nil || again != p || !utf8.ValidString(p.id) {
			t.Errorf("%q is read as %+v, and then as %+v (%v)", text, p, again, err)
		}
	})
}

// FuzzDatabaseURL: whatever is written behind mysql://, what the store relies on stays as it is.
func FuzzDatabaseURL(f *testing.F) {
	for _, text := range []string{
		"mysql://u:p@h:3306/d", "mysql://u:p%40@[::1]/d?tls=true", "mysql://h/d?parseTime=false&collation=latin1_bin&loc=Local",
		"mysql://h/d?sql_mode=''", "mysql:///d", "mysql://u@h/", "mysql://h/d?interpolateParams=false&x=%zz", "mysql://u:p@tcp(h)/d",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := mysqlConfig(text)
		if err != nil {
			return
		}
		if !c.ParseTime || !c.InterpolateParams || c.Loc != time.UTC || c.Collation != "utf8mb4_bin" || c.DBName == "" || c.Params["sql_mode"] == "''" {
			t.Errorf("%q is read as %+v", text, c)
		}
	})
}
