package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/alexedwards/argon2id"
)

func startIn(t *testing.T, dataDir string, environ ...string) (*config, []credential) {
	t.Helper()
	c, err := loadConfig("", append(environ, "KAGOBELL_DATA_DIR="+dataDir))
	if err != nil {
		t.Fatal(err)
	}
	created, err := ensureSecrets(dataDir, c)
	if err != nil {
		t.Fatal(err)
	}
	return c, created
}

func TestFirstStartMakesSecretsOnce(t *testing.T) {
	t.Chdir(t.TempDir())
	dataDir := filepath.Join(t.TempDir(), "kept")
	first, created := startIn(t, dataDir)
	if len(created) != 3 {
		t.Fatalf("created %v", created)
	}
	source, password, token := created[0], created[1], created[2]
	if len(first.Sources) != 1 || first.Sources[0].Name != "shop" || first.Sources[0].Secrets[0] != source.value ||
		!isWebhookSecret(source.value) || source.name != "shop" {
		t.Errorf("source %+v, %+v", first.Sources, source)
	}
	if match, err := argon2id.ComparePasswordAndHash(password.value, first.Admin.PasswordHash); err != nil || !match || len(password.value) < 20 {
		t.Errorf("password %q does not open %q: %v", password.value, first.Admin.PasswordHash, err)
	}
	if !reflect.DeepEqual(first.APITokens, []string{token.value}) || len(token.value) < leastTokenLength {
		t.Errorf("token %+v, %v", token, first.APITokens)
	}
	second, again := startIn(t, dataDir)
	if len(again) > 0 || !reflect.DeepEqual(first, second) {
		t.Errorf("the second start made %v\n%+v\n%+v", again, first, second)
	}
}

func TestSecretsAreForTheOwnerOnly(t *testing.T) {
	t.Chdir(t.TempDir())
	dataDir := filepath.Join(t.TempDir(), "kept")
	_, created := startIn(t, dataDir)
	var files []string
	err := filepath.WalkDir(dataDir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		stat, err := entry.Info()
		if err != nil {
			return err
		}
		want := fs.FileMode(0o600)
		if entry.IsDir() {
			want = 0o700
		} else {
			files = append(files, entry.Name())
		}
		if stat.Mode().Perm() != want {
			t.Errorf("%s has mode %o, want %o", path, stat.Mode().Perm(), want)
		}
		if text, err := os.ReadFile(path); err == nil && strings.Contains(string(text), created[1].value) {
			t.Errorf("the password is kept in %s", path)
		}
		return nil
	})
	if want := []string{"admin_password_hash", "api_token", "source_secret"}; err != nil || !reflect.DeepEqual(files, want) {
		t.Errorf("got %v, %v, want %v", files, err, want)
	}
}

func TestConfiguredSecretsAreNotMade(t *testing.T) {
	t.Chdir(t.TempDir())
	c, created := startIn(t, t.TempDir(), "KAGOBELL_API_TOKENS=0123456789abcdef", "KAGOBELL_ADMIN_USER=sato",
		"KAGOBELL_SOURCES=[{name: erp, secrets: [whsec_aHVzaA==]}]")
	if len(created) != 1 || created[0].name != "sato" || c.Sources[0].Name != "erp" || c.APITokens[0] != "0123456789abcdef" {
		t.Errorf("created %v for %+v", created, c)
	}
	const hash = "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy"
	dataDir := filepath.Join(t.TempDir(), "kept")
	c, created = startIn(t, dataDir, "KAGOBELL_API_TOKENS=0123456789abcdef", "KAGOBELL_ADMIN_PASSWORD_HASH="+hash,
		"KAGOBELL_SOURCES=[{name: erp, secrets: [whsec_aHVzaA==]}]")
	if _, err := os.Stat(dataDir); len(created) > 0 || c.Admin.PasswordHash != hash || !os.IsNotExist(err) {
		t.Errorf("created %v for %+v, %v", created, c, err)
	}
}

// TestProcessesStartTogether: an API and a worker process share data_dir and must end up with the same secrets.
func TestProcessesStartTogether(t *testing.T) {
	t.Chdir(t.TempDir())
	dataDir := t.TempDir()
	const processes = 8
	configs, made := make([]*config, processes), make([]int, processes)
	var all sync.WaitGroup
	for i := range processes {
		all.Go(func() {
			c := defaultConfig()
			created, err := ensureSecrets(dataDir, c)
			if err != nil {
				t.Error(err)
			}
			configs[i], made[i] = c, len(created)
		})
	}
	all.Wait()
	total := 0
	for i := range processes {
		total += made[i]
		if !reflect.DeepEqual(configs[i], configs[0]) {
			t.Errorf("process %d has other secrets", i)
		}
	}
	if total != 3 {
		t.Errorf("%d secrets were made and shown, want 3", total)
	}
	if left, err := filepath.Glob(filepath.Join(dataDir, secretsFolder, ".*")); err != nil || len(left) > 0 {
		t.Errorf("drafts left behind: %v, %v", left, err)
	}
}

func TestDamagedSecretIsNotReplaced(t *testing.T) {
	t.Chdir(t.TempDir())
	dataDir := t.TempDir()
	startIn(t, dataDir)
	path := filepath.Join(dataDir, secretsFolder, apiTokenFile)
	if err := os.WriteFile(path, []byte("short\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := ensureSecrets(dataDir, defaultConfig())
	if want := path + " is damaged: restore it, or remove it to have it made anew"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestDataDirThatCannotBe(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ensureSecrets(file, defaultConfig()); err == nil {
		t.Error("a file was taken for data_dir")
	}
}

func TestCredentialsAreShown(t *testing.T) {
	var shown bytes.Buffer
	if err := writeCredentials(&shown, "kept", []credential{{"秘密鍵 secret", "shop", "whsec_x"}, {"トークン token", "", "abc"}}); err != nil {
		t.Fatal(err)
	}
	want := "初回起動のため、次のものを作りました。この表示は一度だけです (保存先 kept/secrets)。\n" +
		"Made at this first start and shown this once:\n\n  秘密鍵 secret shop: whsec_x\n  トークン token: abc\n\n"
	if shown.String() != want {
		t.Errorf("got\n%s\nwant\n%s", shown.String(), want)
	}
	shown.Reset()
	if err := writeCredentials(&shown, "kept", nil); err != nil || shown.Len() > 0 {
		t.Errorf("nothing made, yet shown: %q, %v", shown.String(), err)
	}
}

// TestConfigShowsKeptSecrets: config names the file of what an earlier start has made.
func TestConfigShowsKeptSecrets(t *testing.T) {
	t.Chdir(t.TempDir())
	startIn(t, "kept")
	got := runProgram(t, "", []string{"KAGOBELL_DATA_DIR=kept"}, "config")
	for _, want := range []string{
		"sources:  # kept/secrets/source_secret\n  - {name: shop, adapter: native, secrets: [\"********\"], rate_limit: 0}\n",
		"  password_hash: \"********\"  # kept/secrets/admin_password_hash\n",
		"api_tokens: [\"********\"]  # kept/secrets/api_token\n",
	} {
		if got.code != exitDone || !strings.Contains(got.stdout, want) {
			t.Errorf("got %+v, want %s", got, want)
		}
	}
}
