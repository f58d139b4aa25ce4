package channels

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"text/template"
)

// The most that one template may write. Gmail clips a mail at 102 KB, and LINE
// takes 50 KB: these only keep a mistake from filling the memory.
const (
	largestText = 256 << 10 // of words, the text part, LINE's JSON and what a function answers
	largestHTML = 512 << 10
)

// widestPrintf is as far as printf pads.
const widestPrintf = 200

var (
	errTooLarge = fmt.Errorf("more than %d KiB come out", largestText>>10)
	errCall     = errors.New("there is nothing that a template could call")
	errPrintf   = fmt.Errorf("printf: expected verbs such as %%d or %%.2f, of a width up to %d, without * and [", widestPrintf)
)

// limited is what a function answers, unless it is too large to be meant. A
// variable that is appended to itself in a loop would fill the memory before
// anything is written.
func limited(name, text string) (string, error) {
	if len(text) > largestText {
		return "", fmt.Errorf("%s: %w", name, errTooLarge)
	}
	return text, nil
}

// sizeOf estimates what a value is when written, in bytes.
func sizeOf(value any) int {
	switch v := value.(type) {
	case string:
		return len(v)
	case []any:
		size := 0
		for _, entry := range v {
			size += sizeOf(entry) + 2
		}
		return size
	case map[string]any:
		size := 0
		for key, entry := range v {
			size += len(key) + sizeOf(entry) + 2
		}
		return size
	}
	return 64
}

func notTooLarge(values []any) error {
	size := 0
	for _, value := range values {
		if size += sizeOf(value); size > largestText {
			return errTooLarge
		}
	}
	return nil
}

// printing guards a function of text/template that writes its arguments.
func printing(name string, write func(values ...any) string) func(values ...any) (string, error) {
	return func(values ...any) (string, error) {
		if err := notTooLarge(values); err != nil {
			return "", fmt.Errorf("%s: %w", name, err)
		}
		return limited(name, write(values...))
	}
}

var (
	boundedPrint   = printing("print", fmt.Sprint)
	boundedPrintln = printing("println", fmt.Sprintln)
	boundedHTML    = printing("html", template.HTMLEscaper)
	boundedJS      = printing("js", template.JSEscaper)
	boundedQuery   = printing("urlquery", template.URLQueryEscaper)
)

// verb is a directive of fmt: flags, width, precision, and what comes then.
var verb = regexp.MustCompile(`%[-+# 0]*(\d*)(?:\.(\d*))?(.?)`)

// boundedPrintf is fmt.Sprintf without what makes much out of little: wide
// padding, and arguments that are written over and over.
func boundedPrintf(format string, values ...any) (string, error) {
	for _, parts := range verb.FindAllStringSubmatch(format, -1) {
		if parts[3] == "*" || parts[3] == "[" || tooWide(parts[1]) || tooWide(parts[2]) {
			return "", errPrintf
		}
	}
	if len(format) > largestText/widestPrintf {
		return "", fmt.Errorf("printf: %w", errTooLarge)
	}
	if err := notTooLarge(values); err != nil {
		return "", fmt.Errorf("printf: %w", err)
	}
	return limited("printf", fmt.Sprintf(format, values...))
}

func tooWide(digits string) bool {
	width, err := strconv.Atoi(digits)
	return digits != "" && (err != nil || width > widestPrintf)
}

// refusedCall stands in for call.
func refusedCall(...any) (string, error) { return "", errCall }
