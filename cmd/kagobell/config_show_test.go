package main

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares with a file in testdata.
func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", filepath.Base(path), got, want)
	}
}

func testdata(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func TestConfigFromNothing(t *testing.T) {
	file := testdata(t, "config_default.golden")
	t.Chdir(t.TempDir())
	got := runProgram(t, "", nil, "config")
	if got.code != exitDone || got.stderr != "" {
		t.Fatalf("got %+v", got)
	}
	golden(t, file, got.stdout)
	if left, err := os.ReadDir("."); err != nil || len(left) > 0 {
		t.Errorf("config leaves %v behind, %v", left, err)
	}
}

func TestConfigMasksSecrets(t *testing.T) {
	file := testdata(t, "config_masked.golden")
	inFolderWith(t, `database_url: mysql://kago:hush@db:3306/kagobell
redis_url: redis-sentinel://:hush@s1:26379,s2:26379/0?master=shop&sentinel_password=hush
smtp_url: smtp://user@shop.example:hush@mail.example:587?pool=5
public_url: https://kago.example/
sender: {name: かごベル商店, email: news@shop.example, company: "かごベル, Inc.", address: 東京都, contact_url: "tel:03-1234-5678"}
line: {channel_access_token: hush, channel_secret: hush}
sources:
  - {name: shop, adapter: native, secrets: ["whsec_aHVzaA==", "whsec_aHVzaB=="]}
  - {name: erp, secrets: ["whsec_aHVzaA=="], rate_limit: 50}
window: {closed_on: [2026-08-13..2026-08-16, 12-31]}
`)
	got := runProgram(t, "", []string{
		"KAGOBELL_API_TOKENS=hush-hush-hush-hush", "KAGOBELL_LOG_LEVEL=debug", "KAGOBELL_SEND_ONLY_TO=a@b.example",
		"KAGOBELL_ADMIN_PASSWORD_HASH=$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy",
	}, "config")
	if got.code != exitDone || got.stderr != "" {
		t.Fatalf("got %+v", got)
	}
	golden(t, file, got.stdout)
	for _, secret := range []string{"hush", "aHVzaA", "N9qo8"} {
		if strings.Contains(got.stdout, secret) {
			t.Errorf("%s shows", secret)
		}
	}
}

func TestConfigWithMistakes(t *testing.T) {
	inFolderWith(t, "listen: x\nlisten_to: y\n")
	got := runProgram(t, "", nil, "config")
	want := outcome{exitFailed, "", lines(
		`kagobell.yaml:1:9: listen: expected host:port or :port such as :8080, got "x"`,
		`kagobell.yaml:2:1: listen_to: no such key, did you mean listen?`,
		"kagobell: mistakes in the configuration: 2", "")}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestMaskURL(t *testing.T) {
	for url, want := range map[string]string{
		"redis://:p@h:1/0":         "redis://:********@h:1/0",
		"mysql://u:p@q@h/db":       "mysql://u:********@h/db",
		"smtp://u@h":               "smtp://u@h",
		"smtp://h/?x=a:b@c":        "smtp://h/?x=a:b@c",
		"redis://h?auth_token=abc": "redis://h?auth_token=********",
		"sqlite:a.db":              "sqlite:a.db",
		"outbox:":                  "outbox:",
	} {
		if got := maskURL(url); got != want {
			t.Errorf("%s: got %s, want %s", url, got, want)
		}
	}
}
