package main

import (
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"kagobell/scenarios"
)

// key is a place for a value in C: its path, how what somebody wrote gets there, and how it is shown.
type key[C any] struct {
	path string
	set  func(c *C, w written, path string, found *mistakes)
	show func(c *C) string // YAML on one line; with a line break in front, as a block
}

// one is a key for a single value.
func one[C, T any](path string, k kind[T], at func(*C) *T) key[C] {
	return key[C]{
		path: path,
		set: func(c *C, w written, path string, found *mistakes) {
			if v, ok := k.read(w, path, found); ok {
				*at(c) = v
			}
		},
		show: func(c *C) string { return k.show(*at(c)) },
	}
}

// many is a key for a list; every item is checked.
func many[C, T any](path string, k kind[T], at func(*C) *[]T) key[C] {
	return key[C]{
		path: path,
		set: func(c *C, w written, path string, found *mistakes) {
			items, ok := w.list()
			if !ok {
				found.add(w.at, path, "expected a list, each %s, got %s", k.expected, w.form())
				return
			}
			list := make([]T, 0, len(items))
			for i, item := range items {
				if v, ok := k.read(item, fmt.Sprintf("%s[%d]", path, i), found); ok {
					list = append(list, v)
				}
			}
			*at(c) = list
		},
		show: func(c *C) string {
			if *at(c) == nil {
				return "null"
			}
			shown := make([]string, len(*at(c)))
			for i, v := range *at(c) {
				shown[i] = k.show(v)
			}
			return "[" + strings.Join(shown, ", ") + "]"
		},
	}
}

func paths[C any](keys []key[C]) []string {
	list := make([]string, len(keys))
	for i, k := range keys {
		list[i] = k.path
	}
	return list
}

// configKeys is every key, in the order in which people read them.
var configKeys = []key[config]{
	one("listen", listenKind, func(c *config) *string { return &c.Listen }),
	one("public_url", webURLKind, func(c *config) *string { return &c.PublicURL }),
	one("data_dir", lineKind, func(c *config) *string { return &c.DataDir }),
	one("database_url", databaseURLKind, func(c *config) *string { return &c.DatabaseURL }),
	one("redis_url", redisURLKind, func(c *config) *string { return &c.RedisURL }),
	one("time_zone", zoneKind, func(c *config) **time.Location { return &c.TimeZone }),
	one("locale", enumKind("ja", "en"), func(c *config) *string { return &c.Locale }),
	one("speed", factorKind, func(c *config) *float64 { return &c.Speed }),
	one("horizon", spanKind, func(c *config) *time.Duration { return &c.Horizon }),
	one("paused", boolKind, func(c *config) *bool { return &c.Paused }),
	many("send_only_to", recipientKind, func(c *config) *[]string { return &c.SendOnlyTo }),
	one("sender.name", lineKind, func(c *config) *string { return &c.Sender.Name }),
	one("sender.email", mailKind, func(c *config) *string { return &c.Sender.Email }),
	one("sender.reply_to", mailKind, func(c *config) *string { return &c.Sender.ReplyTo }),
	one("sender.company", lineKind, func(c *config) *string { return &c.Sender.Company }),
	one("sender.address", lineKind, func(c *config) *string { return &c.Sender.Address }),
	one("sender.contact_url", contactURLKind, func(c *config) *string { return &c.Sender.ContactURL }),
	one("smtp_url", smtpURLKind, func(c *config) *string { return &c.SMTPURL }),
	one("line.channel_access_token", lineSecretKind, func(c *config) *string { return &c.Line.ChannelAccessToken }),
	one("line.channel_secret", lineSecretKind, func(c *config) *string { return &c.Line.ChannelSecret }),
	one("line.endpoint", webURLKind, func(c *config) *string { return &c.Line.Endpoint }),
	one("dm.cut_off", clockKind, func(c *config) *time.Duration { return &c.DM.CutOff }),
	one("dm.encoding", enumKind("utf-8", "cp932"), func(c *config) *string { return &c.DM.Encoding }),
	one("dm.unit_cost", amountKind, func(c *config) *decimal.Decimal { return &c.DM.UnitCost }),
	one("dm.daily_cap", countKind("pieces a day, 0 for no cap", 0), func(c *config) *int { return &c.DM.DailyCap }),
	{path: "sources", set: setSources, show: showSources},
	one("scenarios_dir", folderKind, func(c *config) *string { return &c.ScenariosDir }),
	one("templates_dir", folderKind, func(c *config) *string { return &c.TemplatesDir }),
	many("window.days", weekdayKind, func(c *config) *[]time.Weekday { return &c.Window.Days }),
	one("window.from", clockKind, func(c *config) *time.Duration { return &c.Window.From }),
	one("window.to", closingKind, func(c *config) *time.Duration { return &c.Window.To }),
	one("window.order_by", cutOffKind, func(c *config) *time.Duration { return &c.Window.OrderBy }),
	one("window.holidays", boolKind, func(c *config) *bool { return &c.Window.Holidays }),
	many("window.closed_on", closedKind, func(c *config) *[]scenarios.ClosedDays { return &c.Window.ClosedOn }),
	one("window.holidays_file", fileKind, func(c *config) *string { return &c.Window.HolidaysFile }),
	one("hot_list.webhook_url", hookURLKind, func(c *config) *string { return &c.HotList.WebhookURL }),
	one("hot_list.secret", webhookSecretKind, func(c *config) *string { return &c.HotList.Secret }),
	one("caps.per_day", countKind("a whole number of messages from 1 up", 1), func(c *config) *int { return &c.Caps.PerDay }),
	one("admin.user", lineKind, func(c *config) *string { return &c.Admin.User }),
	one("admin.password_hash", passwordHashKind, func(c *config) *string { return &c.Admin.PasswordHash }),
	many("api_tokens", apiTokenKind, func(c *config) *[]string { return &c.APITokens }),
	one("retention.events", spanKind, func(c *config) *time.Duration { return &c.Retention.Events }),
	one("retention.interactions", spanKind, func(c *config) *time.Duration { return &c.Retention.Interactions }),
	one("retention.dead_letters", spanKind, func(c *config) *time.Duration { return &c.Retention.DeadLetters }),
	one("retention.outbox", spanKind, func(c *config) *time.Duration { return &c.Retention.Outbox }),
	one("retention.carts", spanKind, func(c *config) *time.Duration { return &c.Retention.Carts }),
	one("log.level", levelKind, func(c *config) *slog.Level { return &c.Log.Level }),
	one("log.format", enumKind("text", "json"), func(c *config) *string { return &c.Log.Format }),
}

// sourceKeys is every key of one source.
var sourceKeys = []key[sourceConfig]{
	one("name", sourceNameKind, func(s *sourceConfig) *string { return &s.Name }),
	one("adapter", adapterKind, func(s *sourceConfig) *string { return &s.Adapter }),
	many("secrets", webhookSecretKind, func(s *sourceConfig) *[]string { return &s.Secrets }),
	one("rate_limit", countKind("events a second, 0 for no limit", 0), func(s *sourceConfig) *int { return &s.RateLimit }),
}
