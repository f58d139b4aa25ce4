package scenarios

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

const (
	maxAttributes = 16 << 10 // bytes of JSON
	maxRank       = 64
)

// buyer reads the `buyer` object; nil when it is not there.
func (r *eventReader) buyer(top jsonObject, occurredAt time.Time) *BuyerUpdate {
	o, ok := top.object("buyer")
	if !ok {
		return nil
	}
	id := func(key string) string { return o.id(key) }
	name := func(key string) string { return o.text(key, maxName) }
	short := func(key string) string { return o.text(key, maxRank) }
	return &BuyerUpdate{
		ID:          o.requiredID("id"),
		AccountID:   optional(o, "account_id", id),
		AccountName: optional(o, "account_name", name),
		Name:        optional(o, "name", name),
		Department:  optional(o, "department", name),
		Email:       optional(o, "email", o.email),
		LineUserID:  optional(o, "line_user_id", id),
		Locale:      optional(o, "locale", short),
		PriceGroup:  optional(o, "price_group", id),
		Rank:        optional(o, "rank", o.rank),
		Postal:      optional(o, "postal", o.postal),
		Attributes:  optional(o, "attributes", o.attributes),
		Consent:     o.consents("consent", occurredAt),
	}
}

// rank is a string or a number, kept as its text.
func (o jsonObject) rank(key string) string {
	if number, ok := o.fields[key].(json.Number); ok && len(number) <= maxRank {
		return number.String()
	}
	if _, ok := o.fields[key].(string); ok {
		return o.text(key, maxRank)
	}
	o.expected(key, fmt.Sprintf("a string or a number of at most %d characters", maxRank))
	return ""
}

func (o jsonObject) postal(key string) *Postal {
	in, ok := o.object(key)
	if !ok {
		return nil
	}
	return &Postal{
		Code:       in.textOr("code", maxName),
		Prefecture: in.textOr("prefecture", maxName),
		City:       in.textOr("city", maxName),
		Street:     in.textOr("street", maxName),
		Building:   in.textOr("building", maxName),
		Company:    in.textOr("company", maxName),
		Department: in.textOr("department", maxName),
		Recipient:  in.textOr("recipient", maxName),
	}
}

// attributes is any JSON object, written anew with its keys in order.
func (o jsonObject) attributes(key string) json.RawMessage {
	in, ok := o.object(key)
	if !ok {
		return nil
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(in.fields); err != nil {
		o.expected(key, "an object that is JSON")
		return nil
	}
	if out.Len() > maxAttributes {
		o.wrong(key, fmt.Sprintf("expected at most %d bytes, got %d", maxAttributes, out.Len()))
		return nil
	}
	in.checkFree()
	return bytes.TrimSpace(out.Bytes())
}

// consents reads what the shop says about each channel. null for all of it clears all of them.
func (o jsonObject) consents(key string, occurredAt time.Time) ByChannel[ConsentUpdate] {
	value, present := o.fields[key]
	if !present {
		return nil
	}
	var updates ByChannel[ConsentUpdate]
	if value == nil {
		for _, channel := range Channels {
			updates = updates.With(channel, ConsentUpdate{Null: true})
		}
		return updates
	}
	in, ok := o.object(key)
	if !ok {
		return nil
	}
	for _, channel := range Channels {
		if _, said := in.fields[string(channel)]; said {
			updates = updates.With(channel, in.consent(string(channel), occurredAt))
		}
	}
	return updates
}

func (o jsonObject) consent(key string, occurredAt time.Time) ConsentUpdate {
	switch v := o.fields[key].(type) {
	case nil:
		return ConsentUpdate{Null: true}
	case bool:
		return ConsentUpdate{Plain: true, Consent: Consent{Granted: v, At: occurredAt}}
	case map[string]any:
		in, _ := o.object(key)
		return ConsentUpdate{Consent: in.consentObject(occurredAt), Dated: in.given("at")}
	}
	o.expected(key, "true, false, null or an object with granted")
	return ConsentUpdate{}
}

func (o jsonObject) consentObject(occurredAt time.Time) Consent {
	consent := Consent{At: occurredAt, Proof: o.textOr("proof", maxText)}
	consent.Granted, _ = o.boolean("granted")
	if o.given("basis") {
		consent.Basis = o.oneOf("basis", BasisOptIn, BasisBusinessRelationship)
	}
	if o.given("at") {
		consent.At = o.moment("at")
	}
	return consent
}
