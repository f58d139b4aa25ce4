package main

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/alexedwards/argon2id"
)

// What is not configured is made at the first start and kept in data_dir/secrets: a file each, so that it is made
// whole or not at all, by one process only, and a lost password is replaced by removing its file.
const (
	secretsFolder    = "secrets"
	sourceSecretFile = "source_secret"
	passwordHashFile = "admin_password_hash"
	apiTokenFile     = "api_token"
	generatedSource  = "shop"
	keyLength        = 32 // bytes
)

// credential is something made at the first start, to be shown once.
type credential struct {
	title, name, value string
}

// ensureSecrets fills in sources, admin password and API token where they are not configured: from dataDir, or new.
// created holds what is new; the password is nowhere else.
func ensureSecrets(dataDir string, c *config) (created []credential, err error) {
	secrets := secretFolder{filepath.Join(dataDir, secretsFolder)}
	if len(c.Sources) == 0 {
		value, isNew, err := secrets.keep(sourceSecretFile, newWebhookSecret, isWebhookSecret)
		if err != nil {
			return nil, err
		}
		c.useSourceSecret(value, secrets)
		if isNew {
			created = append(created, credential{"連携元の秘密鍵 webhook secret of source", generatedSource, value})
		}
	}
	if c.Admin.PasswordHash == "" {
		password := randomText(18)
		newHash := func() (string, error) { return argon2id.CreateHash(password, passwordCost) }
		hash, isNew, err := secrets.keep(passwordHashFile, newHash, isPasswordHash)
		if err != nil {
			return nil, err
		}
		c.usePasswordHash(hash, secrets)
		if isNew {
			created = append(created, credential{"管理画面のパスワード password of admin user", c.Admin.User, password})
		}
	}
	if len(c.APITokens) == 0 {
		token, isNew, err := secrets.keep(apiTokenFile, newKey, isAPIToken)
		if err != nil {
			return nil, err
		}
		c.useAPIToken(token, secrets)
		if isNew {
			created = append(created, credential{"API トークン API token", "", token})
		}
	}
	return created, nil
}

// useSecrets fills in what an earlier start has made, and makes nothing.
func (c *config) useSecrets() error {
	secrets := secretFolder{filepath.Join(c.DataDir, secretsFolder)}
	for _, kept := range []struct {
		file    string
		missing bool
		fits    func(string) bool
		use     func(string, secretFolder)
	}{
		{sourceSecretFile, len(c.Sources) == 0, isWebhookSecret, c.useSourceSecret},
		{passwordHashFile, c.Admin.PasswordHash == "", isPasswordHash, c.usePasswordHash},
		{apiTokenFile, len(c.APITokens) == 0, isToken, c.useAPIToken},
	} {
		if !kept.missing {
			continue
		}
		value, err := secrets.read(kept.file, kept.fits)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		kept.use(value, secrets)
	}
	return nil
}

func (c *config) useSourceSecret(secret string, from secretFolder) {
	c.Sources = []sourceConfig{{Name: generatedSource, Adapter: "native", Secrets: []string{secret}}}
	c.origins["sources"] = from.origin(sourceSecretFile)
}

func (c *config) usePasswordHash(hash string, from secretFolder) {
	c.Admin.PasswordHash = hash
	c.origins["admin.password_hash"] = from.origin(passwordHashFile)
}

func (c *config) useAPIToken(token string, from secretFolder) {
	c.APITokens = []string{token}
	c.origins["api_tokens"] = from.origin(apiTokenFile)
}

// writeCredentials shows what ensureSecrets has made, the one time that it can be shown.
func writeCredentials(w io.Writer, dataDir string, created []credential) error {
	if len(created) == 0 {
		return nil
	}
	var b strings.Builder
	fmt.Fprintf(&b, "初回起動のため、次のものを作りました。この表示は一度だけです (保存先 %s)。\n", filepath.Join(dataDir, secretsFolder))
	b.WriteString("Made at this first start and shown this once:\n\n")
	for _, c := range created {
		fmt.Fprintf(&b, "  %s: %s\n", strings.TrimSpace(c.title+" "+c.name), c.value)
	}
	b.WriteString("\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails, see its documentation
	return b
}

func randomText(n int) string { return base64.RawURLEncoding.EncodeToString(randomBytes(n)) }

func newKey() (string, error) { return randomText(keyLength), nil }

func newWebhookSecret() (string, error) {
	return secretPrefix + base64.StdEncoding.EncodeToString(randomBytes(keyLength)), nil
}
