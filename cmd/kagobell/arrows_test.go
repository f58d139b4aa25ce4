package main_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

const (
	module   = "kagobell"
	maxLines = 400
)

// arrows says which of our folders the Go files of a folder may import beside their own. A folder with Go files
// that is not named here is a mistake in itself.
var arrows = map[string][]string{
	"cmd":        {"channels", "handlers", "migrations", "queue", "scenarios", "store"},
	"handlers":   {"scenarios"},
	"scenarios":  {},
	"channels":   {"scenarios"},
	"queue":      {"scenarios"},
	"store":      {"migrations", "scenarios"},
	"migrations": {},
}

var (
	// besideTheCode may stand at the top without holding Go files; the last two are not ours to judge.
	besideTheCode = []string{".ci", "deploy", "docs", ".git", "kagobell-data"}

	// unwanted folder names say nothing about what is inside, at whatever depth they stand.
	unwanted = []string{"common", "internal", "models", "pkg", "util"}

	// impure imports bring I/O, a logger or randomness into scenarios. What only parses is let through.
	impure    = []string{"crypto/rand", "database/sql", "log", "math/rand", "net", "os", "syscall"}
	onlyParse = []string{"net/mail", "net/netip", "net/url"}

	// impureCalls are functions of otherwise harmless packages that read the clock, wait on it or print.
	impureCalls = map[string][]string{
		"time": {"After", "AfterFunc", "NewTicker", "NewTimer", "Now", "Since", "Sleep", "Tick", "Until"},
		"fmt":  {"Print", "Printf", "Println"},
	}
)

// TestHouse holds the folders and imports of this project to its architecture.
func TestHouse(t *testing.T) {
	root := os.DirFS("../..")
	if _, err := fs.Stat(root, "go.mod"); err != nil {
		t.Fatalf("the project's root: %v", err)
	}
	for _, v := range violations(t, root) {
		t.Error(v)
	}
}

// violations reports everything that goes against the architecture, in the order of the paths.
func violations(t *testing.T, root fs.FS) []string {
	t.Helper()
	var found []string
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || name == "." {
			return err
		}
		top, _, nested := strings.Cut(name, "/")
		if entry.IsDir() {
			if top == ".git" || top == "kagobell-data" || entry.Name() == "testdata" {
				return fs.SkipDir
			}
			found = append(found, folderViolations(name, nested)...)
			return nil
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		source, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		here, err := fileViolations(name, source)
		found = append(found, here...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func folderViolations(name string, nested bool) []string {
	if slices.Contains(unwanted, path.Base(name)) {
		return []string{name + ": a folder of this name says nothing; name it for what it holds"}
	}
	if _, ours := arrows[name]; !nested && !ours && !slices.Contains(besideTheCode, name) {
		return []string{name + ": unknown folder at the top"}
	}
	return nil
}

// fileViolations checks one Go file. Tests may be longer, and may import what they please to stand up their
// subject; but those of scenarios prove that the core runs without the rest, so the arrows hold for them.
func fileViolations(name string, source []byte) ([]string, error) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, source, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	top, _, _ := strings.Cut(name, "/")
	isTest := strings.HasSuffix(name, "_test.go")

	var found []string
	if _, ours := arrows[top]; !ours || top == name {
		found = append(found, name+": Go file outside the folders of the architecture")
	} else if !isTest || top == "scenarios" {
		found = append(found, arrowViolations(files, file, top)...)
	}
	if isTest {
		return found, nil
	}
	if top == "scenarios" {
		found = append(found, purityViolations(files, file)...)
	}
	if lines := strings.Count(string(source), "\n"); lines > maxLines {
		found = append(found, fmt.Sprintf("%s: %d lines; over %d a file has two subjects", name, lines, maxLines))
	}
	return found, nil
}

// arrowViolations looks at the imports of our own packages.
func arrowViolations(files *token.FileSet, file *ast.File, top string) []string {
	var found []string
	for _, spec := range file.Imports {
		target, ours := strings.CutPrefix(importPath(spec), module+"/")
		if !ours {
			continue
		}
		target, _, _ = strings.Cut(target, "/")
		if target != top && !slices.Contains(arrows[top], target) {
			found = append(found, fmt.Sprintf("%s: %s imports %s", files.Position(spec.Pos()), top, target))
		}
	}
	return found
}

// purityViolations looks for what makes the outcome of scenarios depend on more than its arguments.
func purityViolations(files *token.FileSet, file *ast.File) []string {
	var found []string
	watched := map[string][]string{} // by the name that this file gives the package
	for _, spec := range file.Imports {
		imported := importPath(spec)
		if isImpure(imported) {
			found = append(found, fmt.Sprintf("%s: scenarios imports %s; it is pure", files.Position(spec.Pos()), imported))
		}
		if calls, ok := impureCalls[imported]; ok {
			local := imported
			if spec.Name != nil {
				local = spec.Name.Name
			}
			if local == "." {
				found = append(found, fmt.Sprintf("%s: scenarios hides %s behind a dot", files.Position(spec.Pos()), imported))
			}
			watched[local] = calls
		}
	}
	ast.Inspect(file, func(node ast.Node) bool {
		selector, ok := node.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if ident, ok := selector.X.(*ast.Ident); ok && slices.Contains(watched[ident.Name], selector.Sel.Name) {
			found = append(found, fmt.Sprintf("%s: scenarios uses %s.%s; the clock is an argument, and nothing is printed",
				files.Position(selector.Pos()), ident.Name, selector.Sel.Name))
		}
		return true
	})
	return found
}

// isImpure holds for the listed packages and all below them.
func isImpure(imported string) bool {
	if slices.Contains(onlyParse, imported) {
		return false
	}
	return slices.ContainsFunc(impure, func(p string) bool {
		return imported == p || strings.HasPrefix(imported, p+"/")
	})
}

func importPath(spec *ast.ImportSpec) string {
	unquoted, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		return spec.Path.Value
	}
	return unquoted
}

// tooLong has one line over the limit.
var tooLong = "package store\n" + strings.Repeat("//\n", maxLines)

// houses are small projects with one kind of mistake each, and all that has to be reported of them.
var houses = map[string]struct {
	files map[string]string
	want  []string
}{
	"a house in order": {files: map[string]string{
		"cmd/kagobell/main.go":          "package main\nimport (\n_ \"kagobell/store\"\n_ \"kagobell/handlers\"\n)",
		"store/run.go":                  "package store\nimport (\n_ \"kagobell/migrations\"\n_ \"kagobell/scenarios/rules\"\n)",
		"store/run_test.go":             tooLong + "import _ \"kagobell/queue\"",
		"store/testdata/util/odd.go":    "package util\nimport _ \"kagobell/cmd\"",
		"scenarios/rules/timing.go":     "package rules\nimport (\n\"net/url\"\n\"time\"\n_ \"kagobell/scenarios\"\n)\nvar _ = time.Hour\nvar _ url.URL",
		"scenarios/clock_test.go":       "package scenarios\nimport (\n\"os\"\n\"time\"\n)\nvar _, _ = time.Now, os.Getpid",
		"kagobell-data/internal/lost.x": "", ".git/pkg/x": "", ".ci/run": "", "docs/a.md": "", "deploy/a": "",
	}},
	"arrows": {files: map[string]string{
		"queue/worker.go":       "package queue\nimport _ \"kagobell/store\"",
		"handlers/api.go":       "package handlers\nimport (\n_ \"kagobell/store/sql\"\n_ \"kagobell/channels\"\n)",
		"channels/mail.go":      "package channels\nimport _ \"kagobell/store\"",
		"store/run.go":          "package store\nimport _ \"kagobell/channels\"",
		"scenarios/run_test.go": "package scenarios_test\nimport _ \"kagobell/store\"",
		"migrations/files.go":   "package migrations\nimport _ \"kagobell/scenarios\"",
	}, want: []string{
		"channels/mail.go:2:8: channels imports store",
		"handlers/api.go:3:1: handlers imports store",
		"handlers/api.go:4:1: handlers imports channels",
		"migrations/files.go:2:8: migrations imports scenarios",
		"queue/worker.go:2:8: queue imports store",
		"scenarios/run_test.go:2:8: scenarios imports store",
		"store/run.go:2:8: store imports channels",
	}},
	"impure imports": {files: map[string]string{
		"scenarios/a.go": "package scenarios\nimport (\n_ \"log/slog\"\n_ \"os\"\n_ \"net/http\"\n_ \"math/rand/v2\"\n_ \"database/sql\"\n)",
		"store/a.go":     "package store\nimport _ \"database/sql\"",
	}, want: []string{
		"scenarios/a.go:3:1: scenarios imports log/slog; it is pure",
		"scenarios/a.go:4:1: scenarios imports os; it is pure",
		"scenarios/a.go:5:1: scenarios imports net/http; it is pure",
		"scenarios/a.go:6:1: scenarios imports math/rand/v2; it is pure",
		"scenarios/a.go:7:1: scenarios imports database/sql; it is pure",
	}},
	"impure calls": {files: map[string]string{
		"scenarios/a.go": "package scenarios\nimport \"time\"\nvar now = time.Now\nvar past = time.Since(time.Time{})",
		"scenarios/b.go": "package scenarios\nimport clock \"time\"\nvar left = clock.Until(clock.Time{})",
		"scenarios/c.go": "package scenarios\nimport . \"time\"\nvar noon = Now()",
	}, want: []string{
		"scenarios/a.go:3:11: scenarios uses time.Now; the clock is an argument, and nothing is printed",
		"scenarios/a.go:4:12: scenarios uses time.Since; the clock is an argument, and nothing is printed",
		"scenarios/b.go:3:12: scenarios uses clock.Until; the clock is an argument, and nothing is printed",
		"scenarios/c.go:2:8: scenarios hides time behind a dot",
	}},
	"folders": {files: map[string]string{
		"internal/a.txt": "", "tools/a.txt": "", "store/models/a.txt": "", "docs/tour.go": "package docs", "doc.go": "package kagobell",
	}, want: []string{
		"doc.go: Go file outside the folders of the architecture",
		"docs/tour.go: Go file outside the folders of the architecture",
		"internal: a folder of this name says nothing; name it for what it holds",
		"store/models: a folder of this name says nothing; name it for what it holds",
		"tools: unknown folder at the top",
	}},
	"length": {files: map[string]string{
		"store/run.go": tooLong, "store/short.go": strings.TrimSuffix(tooLong, "//\n"),
	}, want: []string{
		"store/run.go: 401 lines; over 400 a file has two subjects",
	}},
}

func TestHouseNotices(t *testing.T) {
	for name, c := range houses {
		t.Run(name, func(t *testing.T) {
			house := fstest.MapFS{}
			for file, source := range c.files {
				house[file] = &fstest.MapFile{Data: []byte(source)}
			}
			if got := violations(t, house); !slices.Equal(got, c.want) {
				t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}
