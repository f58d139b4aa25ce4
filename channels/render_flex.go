package channels

import (
	"bytes"
	"encoding/json"
	"fmt"

	"kagobell/scenarios"
)

// Limits of LINE (Messaging API reference, "Flex Message"). Its 1,500 characters
// of alternative text are far above longestName, which cuts every title.
const (
	largestBubble = 30 << 10
	largestFlex   = 50 << 10
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
		Subject: v.Subject,
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
