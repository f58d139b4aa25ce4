package scenarios

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/file"
)

// LinkExpression is an expression of a definition that gives the address to
// which the button of a message leads.
type LinkExpression struct{ *Condition }

// CompileLink reads an address, or an expression that gives one. The error is
// expr's, with the line and column within text.
func CompileLink(text string) (*LinkExpression, error) {
	c, err := compile(text, expr.AsAny())
	if err != nil {
		return nil, err
	}
	if of := c.program.Node().Type(); of != nil && of.Kind() != reflect.Interface && of.Kind() != reflect.String {
		return nil, &file.Error{Message: fmt.Sprintf("expected an address, got %s", kindOf(of.String()))}
	}
	return &LinkExpression{c}, nil
}

// In is the address as env knows it; empty where there is none that a browser
// opens.
func (x *LinkExpression) In(env *Env) string {
	out, err := expr.Run(x.program, env)
	if address, ok := out.(string); err == nil && ok && isWebURL(address) {
		return address
	}
	return ""
}

// link reads where the button of a step leads; nil when it is left out or wrong.
func (m mapping) link(in scope) *LinkExpression {
	const expected = "an address such as https://shop.example/survey or event.survey_url"
	text, ok := m.expression("link", expected, in)
	if !ok {
		return nil
	}
	if strings.HasPrefix(text, "https:") || strings.HasPrefix(text, "http:") {
		if !isWebURL(text) {
			m.r.unexpected(m.at("link"), "link to be "+expected)
			return nil
		}
		text = strconv.Quote(text)
	}
	link, err := CompileLink(text)
	if err != nil {
		m.compileMistake("link", text, err)
		return nil
	}
	return link
}

// linkOf is where the message of a step leads: to the address of its own, else
// back to what the run is about.
func (t *draft) linkOf(r *Run, step *Step, b *Buyer) string {
	if step.Link == nil {
		return r.URL
	}
	return step.Link.In(t.runEnv(step.Link.Condition, r, b))
}
