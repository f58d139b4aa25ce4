package scenarios

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestEveryTimelineIsOnItsPage holds the table of situations to the folder, both ways.
func TestEveryTimelineIsOnItsPage(t *testing.T) {
	page, err := os.ReadFile("testdata/timelines/README.md")
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for _, row := range regexp.MustCompile(`(?m)^\| [^|]+ \| ([a-z0-9_, ]+) \|$`).FindAllStringSubmatch(string(page), -1) {
		for _, name := range strings.Split(row[1], ", ") {
			listed[name] = true
		}
	}
	delete(listed, "timelines") // the head of the tables
	files, err := filepath.Glob("testdata/timelines/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		if !listed[name] {
			t.Errorf("%s is in no table of README.md", name)
		}
		delete(listed, name)
	}
	for name := range listed {
		t.Errorf("%s is in a table of README.md, and there is no such timeline", name)
	}
}
