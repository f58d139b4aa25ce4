package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"

	"kagobell/scenarios"
)

// Keys of a buyer's file: those of a buyer as in webhooks, and what a preview takes beside them.
var (
	previewBuyerKeys = []string{"id", "account_id", "account_name", "name", "department", "email", "line_user_id", "locale",
		"price_group", "rank", "postal", "consent", "attributes"}
	previewOtherKeys = []string{"buyer", "account", "items", "popular", "data", "url", "currency"}
)

// largestPreview is the most of a buyer's file that is read, in bytes.
const largestPreview = 8 << 20

// readPreviewBuyer reads who is shown; the example where no file is named. Every mistake is named with its place, a JSON
// pointer into the file.
func (a *app) readPreviewBuyer(file string) (previewed, error) {
	shown := examplePreview()
	if file == "" {
		return shown, nil
	}
	text, err := a.readPreviewFile(file)
	if err != nil {
		return shown, fmt.Errorf("--buyer: %w", err)
	}
	r := previewReader{}
	r.read(text, &shown)
	if len(r.wrong) > 0 {
		for i := range r.wrong {
			r.wrong[i] = file + ": " + r.wrong[i]
		}
		return shown, errors.New(strings.Join(r.wrong, "\n"))
	}
	return shown, nil
}

func (a *app) readPreviewFile(file string) ([]byte, error) {
	input := a.stdin
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }()
		input = f
	}
	text, err := io.ReadAll(io.LimitReader(input, largestPreview+1))
	if err == nil && len(text) > largestPreview {
		err = fmt.Errorf("%s is larger than %d MiB", file, largestPreview>>20)
	}
	return bytes.TrimPrefix(text, []byte("\ufeff")), err
}

// previewReader collects what is wrong with a file.
type previewReader struct {
	wrong   []string
	account bool // the file has one
}

func (r *previewReader) add(pointer, format string, args ...any) {
	message := fmt.Sprintf(format, args...)
	if pointer != "" {
		message = pointer + ": " + message
	}
	r.wrong = append(r.wrong, message)
}

// into decodes a value, and says in plain words why that fails.
func (r *previewReader) into(pointer string, raw json.RawMessage, value any, wanted string) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	decoder.DisallowUnknownFields()
	err := decoder.Decode(value)
	var kind *json.UnmarshalTypeError
	switch {
	case err == nil:
	case errors.As(err, &kind) && kind.Field != "":
		r.add(pointer+"/"+kind.Field, "expected %s, got %s", inJSON(kind.Type), withArticle(kind.Value))
	case errors.As(err, &kind):
		r.add(pointer, "expected %s, got %s", wanted, withArticle(kind.Value))
	default:
		r.add(pointer, "expected %s: %s", wanted, strings.TrimPrefix(err.Error(), "json: "))
	}
}

// inJSON is what a field of ours is in JSON.
func inJSON(typ reflect.Type) string {
	switch typ.Kind() {
	case reflect.Float64:
		return "a number"
	case reflect.String:
		return "a string"
	}
	return "an object"
}

func withArticle(kind string) string {
	if strings.HasPrefix(kind, "a") || strings.HasPrefix(kind, "o") {
		return "an " + kind
	}
	return "a " + kind
}

func (r *previewReader) read(text []byte, shown *previewed) {
	var top map[string]json.RawMessage
	if err := json.Unmarshal(text, &top); err != nil || top == nil {
		if syntax := new(json.SyntaxError); errors.As(err, &syntax) {
			line := 1 + bytes.Count(text[:min(len(text), int(syntax.Offset))], []byte("\n"))
			r.add("", "line %d: not JSON: %v", line, syntax)
			return
		}
		r.add("", "expected an object with the fields of a buyer")
		return
	}
	buyer := map[string]json.RawMessage{}
	for _, key := range slices.Sorted(maps.Keys(top)) {
		switch raw := top[key]; {
		case slices.Contains(previewOtherKeys, key):
			r.other(key, raw, shown, &buyer)
		default:
			buyer[key] = raw
		}
	}
	if len(buyer) > 0 {
		r.buyer(buyer, shown)
	}
}

// other reads what is not of the buyer himself.
func (r *previewReader) other(key string, raw json.RawMessage, shown *previewed, buyer *map[string]json.RawMessage) {
	place := "/" + key
	switch key {
	case "buyer":
		r.into(place, raw, buyer, "an object")
	case "account":
		account := struct{ ID, Name string }{}
		r.into(place, raw, &account, "an object with id and name")
		r.account = true
		shown.account = scenarios.Account{ID: account.ID, Name: account.Name}
	case "items":
		shown.items = r.items(place, raw)
	case "popular":
		shown.popular = r.items(place, raw)
	case "data":
		shown.data = map[string]any{}
		r.into(place, raw, &shown.data, "an object")
	case "url":
		r.into(place, raw, &shown.url, "an address")
	case "currency":
		r.into(place, raw, &shown.currency, "a currency such as JPY")
	}
}

// buyer reads a buyer with the very code that reads webhooks.
func (r *previewReader) buyer(fields map[string]json.RawMessage, shown *previewed) {
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		if !slices.Contains(previewBuyerKeys, key) {
			r.add("/"+key, "no such field%s", didYouMean(key, slices.Concat(previewBuyerKeys, previewOtherKeys)))
		}
	}
	if fields["id"] == nil {
		fields["id"] = json.RawMessage(`"preview"`)
	}
	event, err := json.Marshal(map[string]any{"id": "preview", "type": "buyer.updated", "occurred_at": "2026-11-25T10:00:00+09:00",
		"buyer": fields, "data": map[string]any{}})
	if err != nil {
		r.add("", "expected the fields of a buyer: %v", err)
		return
	}
	read, wrong := scenarios.ReadEvent(event, "preview")
	for _, w := range wrong {
		r.add(strings.TrimPrefix(w.Pointer, "/buyer"), "%s", w.Message)
	}
	if len(wrong) > 0 {
		return
	}
	b := read.Buyer
	shown.buyer = scenarios.Buyer{ID: b.ID, AccountID: b.AccountID.Value, Name: b.Name.Value, Department: b.Department.Value,
		Email: b.Email.Value, LineUserID: b.LineUserID.Value, Locale: b.Locale.Value, PriceGroup: b.PriceGroup.Value,
		Rank: b.Rank.Value, Postal: b.Postal.Value, Attributes: b.Attributes.Value}
	if !r.account {
		shown.account = scenarios.Account{ID: b.AccountID.Value, Name: b.AccountName.Value}
	}
}

// previewItem is one item of a file; unit_price, as carts have it, is taken for the price.
type previewItem struct {
	SKU       string           `json:"sku"`
	Name      string           `json:"name"`
	URL       string           `json:"url"`
	ImageURL  string           `json:"image_url"`
	Quantity  float64          `json:"quantity"`
	Price     *scenarios.Money `json:"price"`
	UnitPrice *scenarios.Money `json:"unit_price"`
	Was       *scenarios.Money `json:"was"`
	Stock     *float64         `json:"stock"`
	MOQ       float64          `json:"moq"`
}

func (r *previewReader) items(place string, raw json.RawMessage) []scenarios.MessageItem {
	var list []json.RawMessage
	r.into(place, raw, &list, "a list of items")
	items := []scenarios.MessageItem{}
	for i, raw := range list {
		var in previewItem
		pointer := fmt.Sprintf("%s/%d", place, i)
		r.into(pointer, raw, &in, "an item")
		if in.SKU == "" {
			r.add(pointer+"/sku", "expected a SKU")
		}
		if in.Price == nil {
			in.Price = in.UnitPrice
		}
		item := scenarios.MessageItem{SKU: in.SKU, Name: in.Name, URL: in.URL, ImageURL: in.ImageURL, Quantity: in.Quantity,
			Price: in.Price, Was: in.Was, Stock: in.Stock, MOQ: in.MOQ}
		reduce(&item)
		items = append(items, item)
	}
	return items
}
