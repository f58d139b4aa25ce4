package channels

import (
	"bytes"
	"encoding/json"
	"fmt"

	"kagobell/scenarios"
)

// Limits of LINE: characters are UTF-16 code units (Messaging API reference,
// "Character counting in a text", "Flex Message").
const (
	longestAltText = 1500
	largestBubble  = 30 << 10
	largestFlex    = 50 << 10
)

// flex renders a LINE message: a Flex container and its alternative text.
func (r *Renderer) flex(d *scenarios.Delivery, v *view, where slot) (scenarios.Rendered, error) {
	layout := r.templates.flex[where]
	if layout == nil {
		layout = r.templates.text[v.Lang].Lookup(layoutFlex)
	}
	text, err := r.run(layout, v)
	if err != nil {
		return scenarios.Rendered{}, err
	}
	container, err := checkFlex(text)
	if err != nil {
		return scenarios.Rendered{}, fmt.Errorf("render: %w", at(r.templates.path(layout.Name()), 1, 1, "%v", err))
	}
	return scenarios.Rendered{
		Channel: scenarios.ChannelLine,
		To:      cleanLine(d.Buyer.LineUserID),
		Subject: cutUTF16(v.Subject, longestAltText),
		Flex:    container,
	}, nil
}

// checkFlex makes sure of what LINE refuses, before it is asked.
func checkFlex(text string) (json.RawMessage, error) {
	var compact bytes.Buffer
	if err := json.Compact(&compact, []byte(text)); err != nil {
		return nil, fmt.Errorf("not JSON: %w", err)
	}
	var container struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(compact.Bytes(), &container); err != nil {
		return nil, fmt.Errorf("not a Flex container: %w", err)
	}
	limit := largestFlex
	switch container.Type {
	case "bubble":
		limit = largestBubble
	case "carousel":
	default:
		return nil, fmt.Errorf("not a Flex container: type %q; expected bubble or carousel", container.Type)
	}
	if compact.Len() > limit {
		return nil, fmt.Errorf("a Flex %s of %d bytes; LINE takes %d", container.Type, compact.Len(), limit)
	}
	return compact.Bytes(), nil
}

// cutUTF16 cuts s to n UTF-16 code units.
func cutUTF16(s string, n int) string {
	if len(s) <= n {
		return s
	}
	units := 0
	for i, r := range s {
		width := 1
		if r > 0xffff {
			width = 2
		}
		if units+width > n {
			return s[:i]
		}
		units += width
	}
	return s
}
