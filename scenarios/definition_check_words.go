package scenarios

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"github.com/expr-lang/expr/builtin"
)

var (
	unknownName  = regexp.MustCompile(`^unknown name (\S+)$`)
	unknownField = regexp.MustCompile(`^type scenarios\.(\w+) has no field (\w+)$`)
	wrongType    = regexp.MustCompile(`^expected bool, but got (.+)$`)
	wrongPart    = regexp.MustCompile(`^cannot use (.+) as argument \(type string\) to call (\w+)$`)
	mismatched   = regexp.MustCompile(`^invalid operation: (\S+) \(mismatched types (.+) and (.+)\)$`)
)

// envTypes are the things with fields that a condition can see, by the name of their type.
var envTypes = map[string]struct {
	shown  string
	fields []string
}{
	"EnvBuyer":   {"buyer", exprNames(reflect.TypeFor[EnvBuyer]())},
	"EnvAccount": {"account", exprNames(reflect.TypeFor[EnvAccount]())},
	"EnvCart":    {"cart", exprNames(reflect.TypeFor[EnvCart]())},
	"EnvItem":    {"an item", exprNames(reflect.TypeFor[EnvItem]())},
	"EnvRun":     {"run", exprNames(reflect.TypeFor[EnvRun]())},
}

func exprNames(t reflect.Type) []string {
	var names []string
	for i := range t.NumField() {
		names = append(names, t.Field(i).Tag.Get("expr"))
	}
	return names
}

// plainly says what the compiler of expressions found, in the words of the language.
func plainly(message string) string {
	message = strings.TrimSpace(message)
	if m := unknownName.FindStringSubmatch(message); m != nil {
		names := exprNames(reflect.TypeFor[Env]())
		return "unknown name " + m[1] + orElse(didYouMean(m[1], append(names, builtin.Names...)), "; known are "+strings.Join(names, ", "))
	}
	if m := unknownField.FindStringSubmatch(message); m != nil {
		of := envTypes[m[1]]
		return of.shown + " has no field " + m[2] + orElse(didYouMean(m[2], of.fields), "; there are "+strings.Join(of.fields, ", "))
	}
	if m := wrongType.FindStringSubmatch(message); m != nil {
		return "expected a condition that is true or false, got " + kindOf(m[1])
	}
	if m := mismatched.FindStringSubmatch(message); m != nil {
		return fmt.Sprintf("%s stands between %s and %s: expected both sides to be of one kind", m[1], kindOf(m[2]), kindOf(m[3]))
	}
	if m := wrongPart.FindStringSubmatch(message); m != nil {
		return fmt.Sprintf(`expected a text in quotes such as %s("first"), got %s`, m[2], kindOf(m[1]))
	}
	switch message {
	case "unexpected token EOF":
		return "the expression ends too early"
	case `unexpected token Operator("=")`:
		return "= compares nothing: expected =="
	}
	for name, of := range envTypes {
		message = strings.ReplaceAll(message, "scenarios."+name, of.shown)
	}
	return message
}

// kindOf says a Go type in the words of the language.
func kindOf(goType string) string {
	switch {
	case goType == "int" || goType == "float64":
		return "a number"
	case goType == "string":
		return "a text"
	case goType == "bool":
		return "true or false"
	case goType == "time.Time":
		return "a date"
	case strings.HasPrefix(goType, "[]"):
		return "a list"
	case strings.HasPrefix(goType, "map["):
		return "an object"
	case strings.HasPrefix(goType, "func("):
		return "a function: its (…) is missing"
	}
	if of, known := envTypes[strings.TrimPrefix(goType, "scenarios.")]; known {
		return "the whole of " + of.shown
	}
	return "a value of type " + goType
}
