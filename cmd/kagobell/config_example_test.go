package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const exampleFile = "../../kagobell.example.yaml"

// exampleReplacements are the values that nobody may leave as they stand: as they are, they are refused.
var exampleReplacements = strings.NewReplacer(
	"whsec_REPLACE_ME", "whsec_aHVzaA==",
	"$argon2id$REPLACE_ME", "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy",
	`["REPLACE_ME"]`, `["REPLACE_ME_REPLACE_ME"]`,
)

// commentedKey tells a key behind a comment sign from prose, which has one space there.
var commentedKey = regexp.MustCompile(`(?m)^#([a-z]|  +[a-z-])`)

// shownByExample matches the keys whose value in the file is an example; of all others it is the default.
var shownByExample = regexp.MustCompile(`^(send_only_to|sender\..*|line\.channel_.*|sources|api_tokens|` +
	`admin\.password_hash|scenarios_dir|templates_dir|hot_list\..*|window\.(closed_on|order_by|holidays_file))$`)

func TestExampleLoads(t *testing.T) {
	path, err := filepath.Abs(exampleFile)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if _, err := loadConfig(path, nil); err != nil {
		t.Errorf("as it is: %v", err)
	}
}

// TestExampleIsComplete takes the comment signs away: every key is there, and what is not called an example is the
// default.
func TestExampleIsComplete(t *testing.T) {
	text, err := os.ReadFile(exampleFile)
	if err != nil {
		t.Fatal(err)
	}
	all := commentedKey.ReplaceAllString(string(text), "$1")
	inFolderWith(t, exampleReplacements.Replace(all))
	for _, folder := range []string{"scenarios", "templates"} {
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile("syukujitsu.csv", []byte("2026/1/1,元日\n2026/11/3,文化の日\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := loadConfig("", nil)
	if err != nil {
		t.Fatal(err)
	}
	defaults := defaultConfig()
	defaults.derive()
	for _, k := range configKeys {
		if c.origin(k.path).place != inFile {
			t.Errorf("%s is not in the example", k.path)
		}
		if !shownByExample.MatchString(k.path) && k.show(c) != k.show(defaults) {
			t.Errorf("%s: the example says %s, the default is %s", k.path, k.show(c), k.show(defaults))
		}
	}
	inFolderWith(t, all)
	if got := complaints(t); strings.Count(got, "\n")+1 < 3 {
		t.Errorf("a value to replace was taken as it stands:\n%s", got)
	}
}
