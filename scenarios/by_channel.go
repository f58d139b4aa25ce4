package scenarios

import (
	"encoding/json"
	"maps"
	"slices"
)

// ByChannel holds what is known of some channels, in the order of their names. There are three at most: a map would
// take a kilobyte for each buyer. It is never changed in place, so that copies of a row may share it.
type ByChannel[T any] []OfChannel[T]

// OfChannel is what is known of one channel.
type OfChannel[T any] struct {
	Channel Channel
	Value   T
}

// Of is what is known of a channel; false when nothing is.
func (b ByChannel[T]) Of(c Channel) (value T, known bool) {
	for i := range b {
		if b[i].Channel == c {
			return b[i].Value, true
		}
	}
	return value, false
}

// Has tells whether anything is known of a channel.
func (b ByChannel[T]) Has(c Channel) bool {
	_, known := b.Of(c)
	return known
}

// With is a copy in which a channel has the value.
func (b ByChannel[T]) With(c Channel, value T) ByChannel[T] {
	with := make(ByChannel[T], 0, len(b)+1)
	at := 0
	for ; at < len(b) && b[at].Channel < c; at++ {
		with = append(with, b[at])
	}
	with = append(with, OfChannel[T]{c, value})
	if at < len(b) && b[at].Channel == c {
		at++
	}
	return append(with, b[at:]...)
}

// Without is a copy in which nothing is known of a channel; nil where that was all.
func (b ByChannel[T]) Without(c Channel) ByChannel[T] {
	var left ByChannel[T]
	for _, one := range b {
		if one.Channel != c {
			left = append(left, one)
		}
	}
	return left
}

// MarshalJSON writes an object by channel.
func (b ByChannel[T]) MarshalJSON() ([]byte, error) {
	object := make(map[Channel]T, len(b))
	for _, one := range b {
		object[one.Channel] = one.Value
	}
	return json.Marshal(object)
}

// UnmarshalJSON reads an object by channel.
func (b *ByChannel[T]) UnmarshalJSON(text []byte) error {
	var object map[Channel]T
	if err := json.Unmarshal(text, &object); err != nil {
		return err
	}
	*b = nil
	for _, c := range slices.Sorted(maps.Keys(object)) {
		*b = append(*b, OfChannel[T]{c, object[c]})
	}
	return nil
}
