package store

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"time"
	"unicode/utf8"
)

// ErrNotFound is returned when there is no row of that id.
var ErrNotFound = errors.New("not found")

// ErrBadCursor is returned for a cursor that no listing gave out.
var ErrBadCursor = errors.New("not a cursor of this list")

// Page is a part of a listing. Rows that are added while somebody turns pages
// neither shift nor repeat the others.
type Page[T any] struct {
	Items []T
	Next  string // the cursor of the next page; empty: this is the last
}

// place is where a row stands in a listing, newest first.
type place struct {
	at time.Time
	id string
}

func (p place) cursor() string {
	return base64.RawURLEncoding.EncodeToString([]byte(timeText(p.at) + " " + p.id))
}

func readCursor(text string) (place, error) {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(raw) <= len(timeLayout) || raw[len(timeLayout)] != ' ' || !utf8.Valid(raw) {
		return place{}, ErrBadCursor
	}
	at, err := time.Parse(timeLayout, string(raw[:len(timeLayout)]))
	if err != nil {
		return place{}, ErrBadCursor
	}
	return place{at, string(raw[len(timeLayout)+1:])}, nil
}

// listing is a query for pages: rows in the order of a time and an id, newest
// first.
type listing struct {
	text   string // SELECT … FROM …
	at, id string // columns
	where  []string
	args   []any
}

func (l *listing) filter(condition string, args ...any) {
	l.where = append(l.where, condition)
	l.args = append(l.args, args...)
}

// equal narrows the listing to rows with this text; empty texts do not.
func (l *listing) equal(column, text string) {
	if text != "" {
		l.filter(column+" = ?", text)
	}
}

func (l *listing) since(at time.Time) {
	if !at.IsZero() {
		l.filter(l.at+" >= ?", timeText(at))
	}
}

// pageOf reads one page of a listing.
func pageOf[T any](ctx context.Context, c conn, l listing, cursor string, limit int,
	read func(scanner) (T, error), at func(T) place) (Page[T], error) {
	if cursor != "" {
		p, err := readCursor(cursor)
		if err != nil {
			return Page[T]{}, err
		}
		// The first condition is one range of the index, the second cuts its edge.
		text := timeText(p.at)
		l.filter(l.at+" <= ? AND ("+l.at+" < ? OR "+l.id+" < ?)", text, text, p.id)
	}
	query := l.text
	if len(l.where) > 0 {
		query += " WHERE " + strings.Join(l.where, " AND ")
	}
	query += " ORDER BY " + l.at + " DESC, " + l.id + " DESC LIMIT ?"
	items, err := collect(ctx, c, read, query, append(l.args, limit+1)...)
	if err != nil {
		return Page[T]{}, err
	}
	if len(items) <= limit {
		return Page[T]{Items: items}, nil
	}
	return Page[T]{Items: items[:limit], Next: at(items[limit-1]).cursor()}, nil
}

// like is a pattern that finds a text anywhere; its columns are to be compared
// in lower case, with ESCAPE '!'.
func like(text string) string {
	return "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(strings.ToLower(text)) + "%"
}
