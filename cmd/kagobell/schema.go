package main

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/invopop/jsonschema"

	"kagobell/scenarios"
)

// The files that there is a schema of: what --schema takes.
const (
	schemaOfScenario = "scenario"
	schemaOfScores   = "scores"
)

// fileSchema is the JSON Schema (2020-12) of scenario files or of scores.yaml, made of the types that the reader takes
// its keys from. It finds what stands in the wrong form or place; what only the whole file tells is for check.
func fileSchema(of string) ([]byte, error) {
	form, title, needed := reflect.TypeFor[scenarios.ScenarioForm](), "シナリオ / scenario", []string{"start", "steps"}
	switch of {
	case schemaOfScenario:
	case schemaOfScores:
		form, title, needed = reflect.TypeFor[scenarios.ScoresForm](), "スコア / scores", []string{"rules"}
	default:
		return nil, usageError{fmt.Sprintf("--schema=%s: expected %s or %s", of, schemaOfScenario, schemaOfScores)}
	}
	words := schemaWords()
	reflector := jsonschema.Reflector{
		Anonymous:                  true,
		ExpandedStruct:             true,
		RequiredFromJSONSchemaTags: true,
		Namer:                      schemaName,
		Mapper: func(t reflect.Type) *jsonschema.Schema {
			if words[t] == nil {
				return nil
			}
			return &jsonschema.Schema{Ref: "#/$defs/" + schemaName(t)}
		},
	}
	schema := reflector.ReflectFromType(form)
	for t, word := range words {
		schema.Definitions[schemaName(t)] = word
	}
	for _, choice := range []reflect.Type{
		reflect.TypeFor[scenarios.SendChoice](), reflect.TypeFor[scenarios.AfterChoice](), reflect.TypeFor[scenarios.WindowChoice](),
	} {
		if fields := schema.Definitions[schemaName(choice)]; fields != nil {
			schema.Definitions[schemaName(choice)] = anyOfFields(fields)
		}
	}
	schema.Title = "Kagobell: " + title
	// What is switched off may lack the rest.
	schema.If = &jsonschema.Schema{Properties: jsonschema.NewProperties(), Required: []string{"enabled"}}
	schema.If.Properties.Set("enabled", &jsonschema.Schema{Const: false})
	schema.Else = &jsonschema.Schema{Required: needed}
	if of == schemaOfScenario { // name and enabled alone switch a shipped scenario on
		two := uint64(2)
		schema.Else = &jsonschema.Schema{AnyOf: []*jsonschema.Schema{{Required: needed}, {Required: []string{"name", "enabled"}, MaxProperties: &two}}}
	}
	text, err := json.MarshalIndent(schema, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("schema of %s: %w", of, err)
	}
	return append(text, '\n'), nil
}

// schemaName names a definition in the schema.
func schemaName(t reflect.Type) string {
	return strings.TrimSuffix(strings.TrimSuffix(t.Name(), "Form"), "Text")
}

// anyOfFields turns a choice into the forms that it may have.
func anyOfFields(choice *jsonschema.Schema) *jsonschema.Schema {
	either := &jsonschema.Schema{}
	for pair := choice.Properties.Oldest(); pair != nil; pair = pair.Next() {
		either.AnyOf = append(either.AnyOf, pair.Value)
	}
	return either
}

// schemaWords are the types that are written as one word or one line.
func schemaWords() map[reflect.Type]*jsonschema.Schema {
	one := uint64(1)
	title := uint64(scenarios.MaxTitle)
	return map[reflect.Type]*jsonschema.Schema{
		reflect.TypeFor[scenarios.NameText]():     {Type: "string", Pattern: scenarios.NamePattern},
		reflect.TypeFor[scenarios.TemplateText](): {Type: "string", Pattern: scenarios.TemplatePattern},
		reflect.TypeFor[scenarios.TitleText]():    {Type: "string", MinLength: &one, MaxLength: &title},
		reflect.TypeFor[scenarios.EventTypeText](): {Type: "string", Pattern: scenarios.EventTypePattern,
			Examples: anyOf(scenarios.KnownTypes), Description: "イベントの種類 / An event type: one of those in the examples, or your own noun.verb"},
		reflect.TypeFor[scenarios.ClockText](): {Type: "string", Pattern: `^(([01]?\d|2[0-3]):[0-5]\d|24:00)$`,
			Examples: []any{"09:00", "18:00", "24:00"}},
		reflect.TypeFor[scenarios.WeekdayText](): {Type: "string", Pattern: weekdayPattern(),
			Examples: []any{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}},
		reflect.TypeFor[scenarios.Channel]():     {Type: "string", Enum: anyOf(scenarios.Channels)},
		reflect.TypeFor[scenarios.SubjectKind](): {Type: "string", Enum: anyOf(scenarios.SubjectKinds)},
		reflect.TypeFor[scenarios.Reason]():      {Type: "string", Enum: anyOf(scenarios.Reasons)},
		reflect.TypeFor[scenarios.Duration](): {Description: "期間 / A length of time: 90s, 15m, 3h, 1d, 2w, 1d12h",
			AnyOf: []*jsonschema.Schema{{Type: "string", MinLength: &one, Pattern: "^0$|" + scenarios.DurationPattern}, {Const: 0}}},
		reflect.TypeFor[scenarios.Condition](): {Description: "条件式 / An expression that is true or false",
			AnyOf: []*jsonschema.Schema{{Type: "string"}, {Type: "boolean"}}},
		reflect.TypeFor[scenarios.DateExpression](): {Type: "string", Description: "日付の式 / An expression that is a date",
			Examples: []any{"buyer.attributes.renewal_date", "event.renewal_date", "account.last_order_at"}},
		reflect.TypeFor[scenarios.LinkExpression](): {Type: "string", Description: "アドレス、またはその式 / An address, or an expression that gives one",
			Examples: []any{"https://shop.example/survey", "event.survey_url"}},
	}
}

func anyOf[Word ~string](set []Word) []any {
	words := make([]any, len(set))
	for i, word := range set {
		words[i] = string(word)
	}
	return words
}

// weekdayPattern matches what scenarios.ParseWeekday reads, in capitals or not: JSON Schema knows no such flag.
func weekdayPattern() string {
	var days []string
	for day := time.Sunday; day <= time.Saturday; day++ {
		name := day.String()
		days = append(days, eitherCase(name[:3])+"("+eitherCase(name[3:])+")?")
	}
	return "^(" + strings.Join(days, "|") + ")$"
}

func eitherCase(word string) string {
	var pattern strings.Builder
	for _, letter := range word {
		fmt.Fprintf(&pattern, "[%s%s]", strings.ToUpper(string(letter)), strings.ToLower(string(letter)))
	}
	return pattern.String()
}
