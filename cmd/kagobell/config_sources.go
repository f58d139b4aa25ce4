package main

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"kagobell/scenarios"
)

const secretPrefix = "whsec_" // Standard Webhooks: a symmetric key in base64 behind it

var sourceNameForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*$`)

var (
	sourceNameKind = textKind("a name of a-z, 0-9, _ and - such as shop, but not "+scenarios.SourceKagobell, isSourceName)
	adapterKind    = checkedKind("native", checkAdapter)
	// webhookSecretKind is the secret of the native adapter, the only one so far.
	webhookSecretKind = hiddenKind(textKind("whsec_ followed by a key in base64", isWebhookSecret))
)

// isSourceName keeps the name of Kagobell's own events free: what comes under it is believed.
func isSourceName(name string) bool {
	return sourceNameForm.MatchString(name) && name != scenarios.SourceKagobell
}

// laterAdapters are known by name and refused, so that nobody takes the name for a slip.
var laterAdapters = []string{"shopify", "woocommerce", "eccube", "line", "ses", "sendgrid", "postmark", "dsn"}

func checkAdapter(name string) error {
	switch {
	case name == "native":
		return nil
	case slices.Contains(laterAdapters, name):
		return fmt.Errorf("adapter %s is not yet supported by this version; expected native", name)
	}
	return errUnexpected
}

func isWebhookSecret(text string) bool {
	key, ok := strings.CutPrefix(text, secretPrefix)
	decoded, err := base64.StdEncoding.DecodeString(key)
	return ok && err == nil && len(decoded) > 0
}

// setSources reads the list of sources; in a variable it is a YAML list on one line.
func setSources(c *config, w written, path string, found *mistakes) {
	parsed, err := w.asYAML()
	if err != nil {
		m := syntaxMistake(w.at, err)
		m.key = path
		*found = append(*found, m)
		return
	}
	list, ok := parsed.node.(*ast.SequenceNode)
	if !ok {
		found.add(w.at, path, "expected a list of sources with %s, got %s", alternativesAnd(paths(sourceKeys)), parsed.form())
		return
	}
	c.Sources = nil
	first := map[string]int{} // POST /webhooks/{source} can't tell two of one name apart
	for i, node := range list.Values {
		item, at := parsed.inside(node), fmt.Sprintf("%s[%d]", path, i)
		source := readSource(item, at, found)
		if j, twice := first[source.Name]; !twice {
			first[source.Name] = i
		} else if source.Name != "" {
			found.add(item.at, at+".name", "%q is the name of %s[%d] already", source.Name, path, j)
		}
		c.Sources = append(c.Sources, source)
	}
}

func readSource(w written, path string, found *mistakes) sourceConfig {
	source := sourceConfig{Adapter: "native"}
	before := len(*found)
	seen := map[string]bool{}
	tree{known: paths(sourceKeys), shown: path + ".", found: found, take: func(name string, w written) {
		seen[name] = true
		i := slices.IndexFunc(sourceKeys, func(k key[sourceConfig]) bool { return k.path == name })
		sourceKeys[i].set(&source, w, path+"."+name, found)
	}}.read(w, "")
	if len(*found) > before {
		return source
	}
	if !seen["name"] {
		found.add(w.at, path+".name", "missing: expected %s", sourceNameKind.expected)
	}
	if len(source.Secrets) == 0 {
		found.add(w.at, path+".secrets", "missing: expected at least one, each %s", webhookSecretKind.expected)
	}
	return source
}

func showSources(c *config) string {
	if len(c.Sources) == 0 {
		return "null"
	}
	var b strings.Builder
	for i := range c.Sources {
		var fields []string
		for _, k := range sourceKeys {
			fields = append(fields, k.path+": "+k.show(&c.Sources[i]))
		}
		b.WriteString("\n  - {" + strings.Join(fields, ", ") + "}")
	}
	return b.String()
}

// alternativesAnd is alternatives with an "and".
func alternativesAnd(words []string) string {
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}
