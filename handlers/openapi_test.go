package handlers

import (
	"context"
	"errors"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"kagobell/scenarios"
)

// description of the API, read once.
var readDescription = sync.OnceValues(func() (*openapi3.T, error) {
	return openapi3.NewLoader().LoadFromData(openAPI)
})

func openAPIOf(t *testing.T) *openapi3.T {
	t.Helper()
	doc, err := readDescription()
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// described holds every answer of every test to the description: its status, its content type, its body.
func described(t *testing.T, r *http.Request, a answer) {
	t.Helper()
	doc := openAPIOf(t)
	path := templateOf(doc, r.URL.Path)
	if path == "" || a.StatusCode == http.StatusInternalServerError {
		return // a mistake of ours can happen anywhere
	}
	item := doc.Paths.Value(path)
	operation := item.GetOperation(r.Method)
	if operation == nil {
		return // 405
	}
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{
			Request: r,
			Route:   &routers.Route{Spec: doc, Path: path, PathItem: item, Method: r.Method, Operation: operation},
		},
		Status: a.StatusCode, Header: a.Header, Body: io.NopCloser(strings.NewReader(a.body)),
		Options: &openapi3filter.Options{
			IncludeResponseStatus: true, MultiError: true,
			ExcludeResponseBody: !strings.Contains(a.Header.Get("Content-Type"), "json"),
		},
	}
	if err := openapi3filter.ValidateResponse(context.Background(), input); err != nil {
		t.Errorf("%s %s answered %d, not as openapi.yaml has it: %v", r.Method, path, a.StatusCode, err)
	}
	checkContentType(t, path, operation, a)
}

// checkContentType looks at the answers that the validator leaves out because they are not JSON.
func checkContentType(t *testing.T, path string, operation *openapi3.Operation, a answer) {
	t.Helper()
	response := operation.Responses.Status(a.StatusCode)
	if response == nil || response.Value == nil || len(a.body) == 0 || len(response.Value.Content) == 0 {
		return
	}
	if response.Value.Content.Get(a.Header.Get("Content-Type")) == nil {
		t.Errorf("%s answered %d with the Content-Type %q, which openapi.yaml does not have", path, a.StatusCode, a.Header.Get("Content-Type"))
	}
}

// templateOf finds the described path that an address belongs to.
func templateOf(doc *openapi3.T, path string) string {
	for _, template := range doc.Paths.InMatchingOrder() {
		pattern := regexp.MustCompile(`\\\{[a-z]+\\\}`).ReplaceAllString(regexp.QuoteMeta(template), `[^/]+`)
		if regexp.MustCompile("^" + pattern + "$").MatchString(path) {
			return template
		}
	}
	return ""
}

func TestDescriptionIsValid(t *testing.T) {
	if err := openAPIOf(t).Validate(context.Background()); err != nil {
		t.Error(err)
	}
}

// TestDescriptionExamples holds the examples to their own schemas.
func TestDescriptionExamples(t *testing.T) {
	seen := 0
	check := func(where string, content openapi3.Content) {
		for media, body := range content {
			for _, example := range examplesOf(body) {
				seen++
				if err := body.Schema.Value.VisitJSON(example, openapi3.EnableJSONSchema2020()); err != nil {
					t.Errorf("%s, %s: %v", where, media, err)
				}
			}
		}
	}
	for path, item := range openAPIOf(t).Paths.Map() {
		for method, operation := range item.Operations() {
			if operation.RequestBody != nil {
				check(method+" "+path, operation.RequestBody.Value.Content)
			}
			for status, response := range operation.Responses.Map() {
				check(method+" "+path+" "+status, response.Value.Content)
			}
		}
	}
	if seen < 20 {
		t.Errorf("only %d examples", seen)
	}
}

func examplesOf(body *openapi3.MediaType) []any {
	var all []any
	if body.Example != nil {
		all = append(all, body.Example)
	}
	for _, example := range body.Examples {
		all = append(all, example.Value.Value)
	}
	return all
}

// TestEveryRouteIsDescribed compares the router with the description, both ways.
func TestEveryRouteIsDescribed(t *testing.T) {
	b := serve(t)
	var routes, described []string
	for _, route := range newEngine(b.options).Routes() {
		path := regexp.MustCompile(`[:*]([a-z]+)`).ReplaceAllString(route.Path, `{$1}`)
		path = strings.Replace(path, "/batches/{file}", "/batches/{id}.csv", 1) // Gin has no suffixes
		routes = append(routes, route.Method+" "+path)
	}
	for path, item := range openAPIOf(t).Paths.Map() {
		for method := range item.Operations() {
			described = append(described, method+" "+path)
		}
	}
	for _, route := range routes {
		if !slices.Contains(described, route) {
			t.Errorf("%s is not in openapi.yaml", route)
		}
	}
	for _, route := range described {
		if !slices.Contains(routes, route) {
			t.Errorf("%s is in openapi.yaml and nowhere else", route)
		}
	}
}

func TestClosedSetsAreDescribed(t *testing.T) {
	schemas := openAPIOf(t).Components.Schemas
	var reasons []scenarios.Reason
	for _, alternative := range schemas["Reason"].Value.OneOf {
		name, _ := alternative.Value.Const.(string)
		reasons = append(reasons, scenarios.Reason(name))
		if alternative.Value.Description == "" {
			t.Errorf("reason %s is not explained", name)
		}
	}
	for _, reason := range scenarios.Reasons {
		if !slices.Contains(reasons, reason) {
			t.Errorf("reason %s is not in openapi.yaml", reason)
		}
	}
	for _, reason := range reasons {
		if !reason.Valid() {
			t.Errorf("reason %s is in openapi.yaml and nowhere else", reason)
		}
	}
	for _, channel := range scenarios.Channels {
		if !slices.Contains(schemas["Channel"].Value.Enum, any(string(channel))) {
			t.Errorf("channel %s is not in openapi.yaml", channel)
		}
	}
}

func TestDescriptionIsServed(t *testing.T) {
	b := serve(t)
	a := b.do(b.request(http.MethodGet, "/api/openapi.yaml", "")) // without a token
	wantStatus(t, a, http.StatusOK)
	if a.body != string(openAPI) || !strings.HasPrefix(a.body, "openapi: 3.1.") {
		t.Error("not the description")
	}
	if _, err := openapi3.NewLoader().LoadFromData([]byte(a.body)); err != nil && !errors.Is(err, io.EOF) {
		t.Error(err)
	}
}
