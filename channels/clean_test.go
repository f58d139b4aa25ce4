package channels

import (
	"strings"
	"testing"
)

func TestCleanLine(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"佐藤 花子", "佐藤 花子"}, {"（株）アクメ…", "（株）アクメ…"}, {"  a  b ", "a b"},
		{"a\r\nBcc: eve@evil.example", "a Bcc: eve@evil.example"}, {"a\x00b\x1bc\x7fd\u0085e", "a b c d e"},
		{"exe\u202egpj.", "exe gpj."}, {"\ufeffa\u2028b\u200f", "a b"}, {"a\xffb", "a b"}, {"全角　空白", "全角　空白"},
		{"a\u00a0b", "a b"}, {"", ""},
	} {
		if got := cleanLine(c.in); got != c.want {
			t.Errorf("%q becomes %q, want %q", c.in, got, c.want)
		}
		if again := cleanLine(cleanLine(c.in)); again != cleanLine(c.in) {
			t.Errorf("%q is not clean the second time: %q", c.in, again)
		}
	}
}

func TestCleanText(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"a\nb\tc", "a\nb\tc"}, {"a\r\nb\rc\u2028d", "a\nb\nc\nd"}, {"a\x00\x1bb\u202e", "ab"}, {"a\xffb", "ab"}, {"（…）", "（…）"},
	} {
		if got := cleanText(c.in); got != c.want {
			t.Errorf("%q becomes %q, want %q", c.in, got, c.want)
		}
	}
}

func TestShort(t *testing.T) {
	for _, c := range []struct {
		n        int
		in, want string
	}{{3, "あいう", "あいう"}, {3, "あいうえ", "あい…"}, {4, "あい うえ", "あい…"}, {1, "ab", "…"}, {5, "", ""}} {
		if got := short(c.n, c.in); got != c.want {
			t.Errorf("%q to %d: %q, want %q", c.in, c.n, got, c.want)
		}
	}
}

// FuzzCleanLine: nothing that somebody types makes a second line.
func FuzzCleanLine(f *testing.F) {
	f.Add("a\r\nb\u2028\ufeff\xff")
	f.Fuzz(func(t *testing.T, in string) {
		if got := cleanLine(in); strings.ContainsAny(got, "\r\n\x00\u2028\u2029\u202e") || cleanLine(got) != got {
			t.Errorf("%q becomes %q", in, got)
		}
	})
}
