package main

import (
	"bytes"
	"fmt"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"kagobell/scenarios"
)

// projectRoot is where the README stands, seen from here.
const projectRoot = "../.."

// documents are what people read first: the READMEs and the pages that they lead to.
func documents(t *testing.T) map[string]string {
	t.Helper()
	root := os.DirFS(projectRoot)
	names, err := fs.Glob(root, "docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, name := range append(names, "README.md", "README.ja.md", "deploy/README.md") {
		text, err := fs.ReadFile(root, name)
		if err != nil {
			t.Fatal(err)
		}
		texts[name] = string(text)
	}
	return texts
}

// section is what stands below a heading of the second level.
func section(t *testing.T, text, heading string) string {
	t.Helper()
	_, below, found := strings.Cut(text, "\n## "+heading+"\n")
	if !found {
		t.Fatalf("the README has no section %q", heading)
	}
	below, _, _ = strings.Cut(below, "\n## ")
	return below
}

var firstCell = regexp.MustCompile("(?m)^\\| `([^`]+)` \\|")

func firstCells(table string) []string {
	var cells []string
	for _, row := range firstCell.FindAllStringSubmatch(table, -1) {
		cells = append(cells, row[1])
	}
	return cells
}

// TestReadmeListsTheReasons: the set is closed, in the code and for those who read of it.
func TestReadmeListsTheReasons(t *testing.T) {
	var want []string
	for _, reason := range scenarios.Reasons {
		want = append(want, string(reason))
	}
	if got := firstCells(section(t, documents(t)["README.md"], "Reasons")); !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestReadmeListsTheCommands(t *testing.T) {
	listed := firstCells(section(t, documents(t)["README.md"], "Commands"))
	var want []string
	for _, command := range newRootCommand(&app{stdout: io.Discard, stderr: io.Discard}).Commands() {
		if command.IsAvailableCommand() && command.Name() != "help" {
			want = append(want, "kagobell "+command.Name())
		}
	}
	slices.Sort(listed)
	slices.Sort(want)
	if !slices.Equal(listed, want) {
		t.Errorf("got  %v\nwant %v", listed, want)
	}
}

var (
	markdownLink = regexp.MustCompile(`\]\(([^)\s]+)\)|src="([^"]+)"`)
	codeBlock    = regexp.MustCompile("(?ms)^ *```.*?^ *```$")
	headingLine  = regexp.MustCompile(`(?m)^#+ (.+)$`)
	notInAnchor  = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// anchors are the names by which headings can be linked to, as GitHub and others make them.
func anchors(text string) []string {
	var names []string
	for _, heading := range headingLine.FindAllStringSubmatch(codeBlock.ReplaceAllString(text, ""), -1) {
		name := notInAnchor.ReplaceAllString(strings.ToLower(heading[1]), "")
		names = append(names, strings.ReplaceAll(name, " ", "-"))
	}
	return names
}

// TestLinksLeadSomewhere looks at the links between our own files.
func TestLinksLeadSomewhere(t *testing.T) {
	texts := documents(t)
	for name, text := range texts {
		for _, match := range markdownLink.FindAllStringSubmatch(codeBlock.ReplaceAllString(text, ""), -1) {
			target := match[1] + match[2]
			if strings.Contains(target, "://") {
				continue
			}
			file, anchor, _ := strings.Cut(target, "#")
			place := name
			if file != "" {
				place = path.Join(path.Dir(name), file)
			}
			if _, err := fs.Stat(os.DirFS(projectRoot), place); err != nil {
				t.Errorf("%s: %s: %v", name, target, err)
			}
			if anchor != "" && !slices.Contains(anchors(texts[place]), anchor) {
				t.Errorf("%s: %s: no such heading", name, target)
			}
		}
	}
}

// TestTranscriptIsTrue: what docs/scenarios.md shows of a simulation is what the program prints, with nothing changed
// but lines left out.
func TestTranscriptIsTrue(t *testing.T) {
	text := documents(t)["docs/scenarios.md"]
	const call = "$ go run ./cmd/kagobell simulate --events docs/examples/history.jsonl\n"
	_, shown, found := strings.Cut(text, call)
	if !found {
		t.Fatalf("docs/scenarios.md does not show %q", call)
	}
	shown, _, _ = strings.Cut(shown, "```")
	history, err := os.Open(projectRoot + "/docs/examples/history.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = history.Close() }()
	t.Chdir(t.TempDir())
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), []string{"simulate", "--events", "-"}, history, &stdout, &stderr, nil); code != exitDone {
		t.Fatalf("exit code %d: %s", code, stderr.String())
	}
	rest := strings.Split(stdout.String(), "\n")
	for line := range strings.Lines(shown) {
		line = strings.TrimSpace(line)
		if line == "" || line == "…" {
			continue
		}
		at := slices.IndexFunc(rest, func(printed string) bool { return strings.TrimSpace(printed) == line })
		if at < 0 {
			t.Errorf("not printed, or not in this order: %q", line)
			continue
		}
		rest = rest[at+1:]
	}
}

// TestExamplesInTheDocs: definitions that the README and the docs show in full are valid.
func TestExamplesInTheDocs(t *testing.T) {
	block := regexp.MustCompile("(?ms)^```yaml\n(name: .*?)^```$")
	shipped, err := scenarios.BuiltinFiles()
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for name, text := range documents(t) {
		for i, match := range block.FindAllStringSubmatch(text, -1) {
			file := scenarios.DefinitionFile{Path: fmt.Sprintf("%s (definition %d)", name, i+1), Text: []byte(match[1])}
			if _, wrong := scenarios.LoadDefinitions(append(slices.Clone(shipped), file), scenarios.Checks{}); len(wrong) > 0 {
				t.Error(definitionMistakes(wrong))
			}
			tried++
		}
	}
	if tried < 3 {
		t.Errorf("only %d definitions found", tried)
	}
}

// TestScoresInTheDocs: the scores that the docs show are valid.
func TestScoresInTheDocs(t *testing.T) {
	match := regexp.MustCompile("(?ms)^```yaml\n(enabled: true\nhalf_life.*?)^```$").FindStringSubmatch(documents(t)["docs/scenarios.md"])
	if match == nil {
		t.Fatal("docs/scenarios.md shows no scores")
	}
	if _, wrong := scenarios.LoadScores(scenarios.DefinitionFile{Path: "docs/scenarios.md", Text: []byte(match[1])}); len(wrong) > 0 {
		t.Error(definitionMistakes(wrong))
	}
}

// TestProductionExampleLoads: the configuration of the README, with its dots filled in, is valid.
func TestProductionExampleLoads(t *testing.T) {
	_, shown, _ := strings.Cut(section(t, documents(t)["README.md"], "Configuration"), "```yaml\n")
	shown, _, _ = strings.Cut(shown, "```")
	if err := yaml.Unmarshal([]byte(shown), new(map[string]any)); err != nil {
		t.Fatal(err)
	}
	inFolderWith(t, strings.NewReplacer(`"whsec_…"`, `"whsec_aHVzaA=="`, `["…"]`, `["0123456789abcdef"]`,
		"$argon2id$…", "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy").Replace(shown))
	if _, err := loadConfig("", nil); err != nil {
		t.Error(err)
	}
}

var requirement = regexp.MustCompile(`(?m)^\s*(?:require )?([a-z0-9.-]+\.[a-z]+/\S+) v\S+`)

// TestReadmeNamesTheDependencies: every module whose packages our code or our tests import is named with a reason.
func TestReadmeNamesTheDependencies(t *testing.T) {
	root := os.DirFS(projectRoot)
	text, err := fs.ReadFile(root, "go.mod")
	if err != nil {
		t.Fatal(err)
	}
	var modules []string
	for _, match := range requirement.FindAllStringSubmatch(string(text), -1) {
		modules = append(modules, match[1])
	}
	named := section(t, documents(t)["README.md"], "Dependencies")
	for imported := range imports(t, root) {
		module := ""
		for _, m := range modules {
			if (imported == m || strings.HasPrefix(imported, m+"/")) && len(m) > len(module) {
				module = m
			}
		}
		if module == "" {
			t.Errorf("%s: of no module of go.mod", imported)
		} else if !strings.Contains(named, "`"+module+"`") {
			t.Errorf("%s is not named", module)
		}
	}
}

// imports are the packages from outside that our files import.
func imports(t *testing.T, root fs.FS) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || path.Ext(name) != ".go" || entry.IsDir() {
			return err
		}
		source, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range file.Imports {
			imported := strings.Trim(spec.Path.Value, "\"`")
			if host, _, _ := strings.Cut(imported, "/"); strings.Contains(host, ".") {
				found[imported] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
