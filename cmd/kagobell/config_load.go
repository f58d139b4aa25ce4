package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

const variablePrefix = "KAGOBELL_"

// setting is a flag that stands for a key, such as --listen.
type setting struct {
	path, value, flag string
}

// loadConfig reads the file, then the environment, then flags, each winning over the one before it. What is wrong comes
// back as mistakes, all of them at once.
func loadConfig(file string, environ []string, flags ...setting) (*config, error) {
	c, found, err := readConfig(file, environ, flags...)
	switch {
	case err != nil:
		return nil, err
	case len(found) > 0:
		return nil, found
	}
	return c, nil
}

// readConfig is loadConfig for somebody who goes on after a mistake: what is wrong is left at its default.
func readConfig(file string, environ []string, flags ...setting) (*config, mistakes, error) {
	c := defaultConfig()
	var found mistakes
	all := map[string]written{}
	if err := readFile(file, all, &found); err != nil {
		return nil, nil, err
	}
	readEnvironment(environ, all, &found)
	for _, flag := range flags {
		all[flag.path] = written{text: flag.value, at: origin{place: onCommandLine, name: flag.flag}}
	}
	c.apply(all, &found)
	if len(found) == 0 {
		c.derive()
	}
	return c, found.sorted(), nil
}

// apply puts what is written into c and checks it.
func (c *config) apply(all map[string]written, found *mistakes) {
	for _, k := range configKeys {
		if w, ok := all[k.path]; ok {
			c.origins[k.path] = w.at
			k.set(c, w, k.path, found)
		}
	}
	c.validate(found)
}

// readFile reads the named file, or the default one where it is present.
func readFile(name string, all map[string]written, found *mistakes) error {
	text, err := os.ReadFile(cmp.Or(name, defaultConfigFile))
	if err != nil {
		if name == "" && errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return fmt.Errorf("configuration: %w", err)
	}
	readText(text, origin{place: inFile, name: cmp.Or(name, defaultConfigFile)}, all, found)
	return nil
}

func readText(text []byte, at origin, all map[string]written, found *mistakes) {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if !utf8.Valid(text) {
		at.line, at.column = brokenPlace(text)
		found.add(at, "", "not UTF-8")
		return
	}
	file, err := parser.ParseBytes(text, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		*found = append(*found, syntaxMistake(at, err))
		return
	}
	readDocuments(file, at, all, found)
}

func readDocuments(file *ast.File, at origin, all map[string]written, found *mistakes) {
	t := tree{known: paths(configKeys), found: found, take: func(path string, w written) { all[path] = w }}
	read := false
	for _, document := range file.Docs {
		switch body := document.Body.(type) {
		case nil, *ast.DirectiveNode, *ast.NullNode, *ast.CommentGroupNode:
		default:
			w := written{node: body, at: atNode(at, body)}
			if read {
				found.add(w.at, "", "a second YAML document; expected one")
				return
			}
			t.read(w, "")
			read = true
		}
	}
}

// brokenPlace is the line and column of the first byte that is not UTF-8.
func brokenPlace(text []byte) (int, int) {
	line, column := 1, 1
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		if r == utf8.RuneError && size == 1 {
			break
		}
		column++
		if r == '\n' {
			line, column = line+1, 1
		}
		text = text[size:]
	}
	return line, column
}

// orchestratorVariable matches what Kubernetes puts into every container for a service called kagobell or kagobell-….
// See kubernetes.io, "Discovering services", environment variables.
var orchestratorVariable = regexp.MustCompile(
	`^KAGOBELL(_[A-Z0-9]+)*_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$`)

// readEnvironment takes every KAGOBELL_ variable; an empty one counts as not set. A group's variable (KAGOBELL_WINDOW)
// holds YAML, and a single key's wins over it.
func readEnvironment(environ []string, all map[string]written, found *mistakes) {
	variables := map[string]string{}
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		foreign := orchestratorVariable.MatchString(name) || strings.HasSuffix(name, "_PORT") && strings.Contains(value, "://")
		if strings.HasPrefix(name, variablePrefix) && value != "" && !foreign {
			variables[name] = value
		}
	}
	t := tree{known: paths(configKeys), found: found, take: func(path string, w written) { all[path] = w }}
	for _, path := range t.groups() {
		name := variable(path)
		if value, ok := variables[name]; ok {
			t.readGroup(written{text: value, at: origin{place: inEnvironment, name: name}}, path)
			delete(variables, name)
		}
	}
	var names []string
	for _, path := range t.known {
		name := variable(path)
		names = append(names, name)
		if value, ok := variables[name]; ok {
			all[path] = written{text: value, at: origin{place: inEnvironment, name: name}}
			delete(variables, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		found.add(origin{place: inEnvironment, name: name}, "", "no such configuration variable%s", didYouMean(name, names))
	}
}

// variable is the environment variable of a path: dm.cut_off is KAGOBELL_DM_CUT_OFF.
func variable(path string) string {
	return variablePrefix + strings.ToUpper(strings.ReplaceAll(path, ".", "_"))
}
