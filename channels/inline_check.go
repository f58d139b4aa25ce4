package channels

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template"

	"kagobell/scenarios"
)

// inlineMistakes is all that is wrong with a message in a definition, as one
// line: it stands behind the place in the scenario file.
type inlineMistakes []string

func (ms inlineMistakes) Error() string { return strings.Join(ms, "; ") }

// CheckInline tells all that is wrong with a message that stands in a
// definition, in one error such as `subject: line 1: …; text: line 3: …`.
// Nothing is found while the shared parts, which it may call, are wrong themselves.
func (t *Templates) CheckInline(message *scenarios.InlineMessage) error {
	if !t.whole {
		return nil
	}
	var found inlineMistakes
	for _, part := range []struct {
		name, text string
		needed     bool // it has to say something about a message with everything
	}{{"subject", message.Subject, true}, {"text", message.Text, false}} {
		if part.text == "" {
			found = append(found, "expected a "+part.name)
			continue
		}
		mistakes := t.checkPart(cleanText(part.text), part.needed)
		for _, mistake := range mistakes {
			found = append(found, part.name+": "+mistake)
		}
	}
	if len(found) == 0 {
		return nil
	}
	return found
}

// mostMistakes of one subject or text are looked for.
const mostMistakes = 20

// checkPart finds what is wrong with a subject or a text. Running it ends at the
// first mistake, so the action that failed is taken out and the rest run again.
func (t *Templates) checkPart(text string, needed bool) (found []string) {
	for len(found) < mostMistakes {
		compiled, err := t.inlinePart(inlineName, text, inJapanese)
		if err != nil {
			if len(found) > 0 {
				return found // it may be wrong only for what was taken out
			}
			return []string{plainWords(err)}
		}
		empty, err := t.tryPart(compiled)
		if err == nil {
			if empty && needed && len(found) == 0 {
				found = append(found, "it comes out empty")
			}
			return found
		}
		if words := plainWords(err); !slices.Contains(found, words) {
			found = append(found, words)
		}
		rest, ok := withoutAction(text, err)
		if !ok {
			return found
		}
		text = rest
	}
	return found
}

// tryPart runs a part with the examples. empty tells of the first, which has
// everything.
func (t *Templates) tryPart(part *template.Template) (empty bool, err error) {
	part.Option(lenient).Funcs(t.functions(inJapanese, lenient)) // what events carry is not known here
	r := &Renderer{from: exampleFrom, templates: t, now: t.now}
	data := exampleDataOf(part.Root)
	for i, d := range examples(scenarios.ChannelEmail, "") {
		d.Data = data
		var b bytes.Buffer
		v := r.newView(&d, inJapanese)
		if err := part.Execute(output{&b, largestText, v.left}, v); err != nil {
			return false, err
		}
		if i == 0 {
			empty = cleanLine(b.String()) == ""
		}
	}
	return empty, nil
}

// inlineName is what a part is called while it is checked: it shows nowhere.
const inlineName = "message"

// withoutAction puts spaces in place of the action that failed. It can't where
// the action encloses others, or the mistake is not in the text itself.
func withoutAction(text string, err error) (string, bool) {
	parts := templateError.FindStringSubmatch(err.Error())
	if parts == nil || parts[1] != inlineName || parts[3] == "" {
		return "", false
	}
	line, _ := strconv.Atoi(parts[2])
	column, _ := strconv.Atoi(parts[3]) // in bytes, from 0
	offset := column
	for _, before := range strings.SplitAfter(text, "\n")[:line-1] {
		offset += len(before)
	}
	if offset > len(text) {
		return "", false
	}
	start := strings.LastIndex(text[:offset], "{{")
	end := strings.Index(text[offset:], "}}")
	if start < 0 || end < 0 {
		return "", false
	}
	end += offset + len("}}")
	if encloses.MatchString(text[start:end]) {
		return "", false
	}
	blank := strings.Map(func(r rune) rune {
		if r == '\n' {
			return r
		}
		return ' '
	}, text[start:end])
	return text[:start] + blank + text[end:], true
}

// encloses begins an action that is not whole without others.
var encloses = regexp.MustCompile(`^\{\{-?\s*(if|else|range|with|block|define|end)\b`)

var (
	whileRunning = regexp.MustCompile(`(?s)^executing "[^"]*" at <(.*?)>: (.*)$`)
	noSuchField  = regexp.MustCompile(`^can't evaluate field (\w+) in type \S+$`)
)

// plainWords is an error of text/template without the names that only a program
// has: `line 2: .Buyer.Nam: there is no Nam`.
func plainWords(err error) string {
	parts := templateError.FindStringSubmatch(err.Error())
	if parts == nil {
		return err.Error()
	}
	message := strings.TrimSpace(parts[4])
	if running := whileRunning.FindStringSubmatch(message); running != nil {
		message = running[2]
		if field := noSuchField.FindStringSubmatch(message); field != nil {
			message = "there is no " + field[1]
		}
		message = running[1] + ": " + message
	}
	return "line " + parts[2] + ": " + message
}
