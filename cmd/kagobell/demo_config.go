package main

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/alexedwards/argon2id"
)

// demoCap is above what the demo sends to anybody: its week is one real day, and the cap counts real days.
const demoCap = 20

// demoConfig is a configuration for the demo alone: embedded storage in a folder, an outbox, a fictitious shop, and
// secrets of its own. It returns the admin's password too.
func demoConfig(folder, listen string, speed float64) (*config, string, error) {
	c := defaultConfig()
	c.Listen, c.PublicURL = listen, "http://"+listen
	c.DataDir, c.DatabaseURL = folder, "sqlite:"+filepath.Join(folder, "kagobell.db")
	c.Speed = speed
	c.Window = windowConfig{From: 0, To: day, Holidays: true, Days: []time.Weekday{time.Sunday, time.Monday, time.Tuesday,
		time.Wednesday, time.Thursday, time.Friday, time.Saturday}}
	c.Caps.PerDay = demoCap
	c.Log.Level = slog.LevelWarn
	c.Sender = senderConfig{Name: "かごベル商店", Email: "news@shop.example", ReplyTo: "sales@shop.example",
		Company: "かごベル商店株式会社（架空）", Address: "東京都千代田区架空町1-1", ContactURL: "https://shop.example/contact"}

	secret, err := newWebhookSecret()
	if err != nil {
		return nil, "", fmt.Errorf("webhook secret: %w", err)
	}
	token, err := newKey()
	if err != nil {
		return nil, "", fmt.Errorf("API token: %w", err)
	}
	password := randomText(9)
	hash, err := argon2id.CreateHash(password, passwordCost)
	if err != nil {
		return nil, "", fmt.Errorf("hashing: %w", err)
	}
	c.Sources = []sourceConfig{{Name: generatedSource, Adapter: "native", Secrets: []string{secret}}}
	c.Admin.PasswordHash, c.APITokens = hash, []string{token}
	return c, password, nil
}
