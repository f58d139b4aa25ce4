package main

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/goccy/go-yaml/token"
)

const stars = "********"

// mask hides a secret, its length too.
func mask(secret string) string {
	if secret == "" {
		return ""
	}
	return stars
}

// maskURL hides the password in a URL, and options that sound like one.
func maskURL(text string) string {
	before, rest, ok := strings.Cut(text, "://")
	if !ok {
		return text
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	authority, tail := rest[:end], rest[end:]
	if at := strings.LastIndex(authority, "@"); at >= 0 {
		if user, password, ok := strings.Cut(authority[:at], ":"); ok && password != "" {
			authority = user + ":" + stars + authority[at:]
		}
	}
	return before + "://" + authority + maskQuery(tail)
}

func maskQuery(tail string) string {
	path, query, ok := strings.Cut(tail, "?")
	if !ok {
		return tail
	}
	options := strings.Split(query, "&")
	for i, option := range options {
		name, _, _ := strings.Cut(option, "=")
		for _, word := range []string{"pass", "secret", "token"} {
			if strings.Contains(strings.ToLower(name), word) {
				options[i] = name + "=" + stars
			}
		}
	}
	return path + "?" + strings.Join(options, "&")
}

// yamlText writes a string as YAML, in quotes unless it plainly needs none.
func yamlText(s string) string {
	plain := s != "" && unicode.IsLetter([]rune(s)[0]) && !strings.HasSuffix(s, ":") && !token.IsNeedQuoted(s)
	for _, r := range s {
		plain = plain && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("_-./:@+=?&~", r))
	}
	if plain {
		return s
	}
	return fmt.Sprintf("%q", s)
}

// writeConfig prints the effective configuration as YAML, secrets masked, with the origin of every value behind it.
func writeConfig(w io.Writer, c *config) error {
	var b strings.Builder
	group := ""
	for _, k := range configKeys {
		name, indent := k.path, ""
		if of, rest, ok := strings.Cut(k.path, "."); ok {
			if of != group {
				fmt.Fprintf(&b, "%s:\n", of)
			}
			group, name, indent = of, rest, "  "
		}
		value, from := k.show(c), "  # "+c.provenance(k.path)
		if strings.HasPrefix(value, "\n") {
			fmt.Fprintf(&b, "%s%s:%s%s\n", indent, name, from, value)
			continue
		}
		fmt.Fprintf(&b, "%s%s: %s%s\n", indent, name, value, from)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// provenance says where the value of a key comes from.
func (c *config) provenance(path string) string {
	at := c.origin(path)
	if at.place == byDefault && (path == "sources" || path == "admin.password_hash" || path == "api_tokens") {
		return "default: made at the first start of serve"
	}
	return at.String()
}
