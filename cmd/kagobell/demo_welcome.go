package main

import (
	"fmt"
	"strconv"
)

// welcome says what is to be seen, and where.
func (on *stage) welcome(screen *terminal) {
	speed := strconv.FormatFloat(on.cfg.Speed, 'f', -1, 64)
	screen.print("\n")
	screen.line(bold, "かごベル商店（架空の BtoB 通販）の一週間を "+speed+" 倍速で再現します。実際には何も送信しません。")
	screen.line(plain, "A week of a fictitious BtoB shop, "+speed+" times faster. Nothing leaves this machine.")
	on.pages(screen)
	screen.print("\n")
}

// pages lists the addresses to look at.
func (on *stage) pages(screen *terminal) {
	base := on.cfg.PublicURL + "/admin"
	screen.print("\n")
	for _, row := range [][2]string{
		{"管理画面・結果 results", base}, {"  ユーザー user", on.cfg.Admin.User}, {"  パスワード password", on.password},
		{"送信箱 outbox", base + "/outbox"}, {"キュー Asynqmon", base + "/queues"},
	} {
		screen.line(plain, "  "+pad(row[0], 23)+" "+row[1])
	}
}

// tryIt is an event that somebody may post; its time is that of the shell.
const tryIt = `curl -sS %s/webhooks/%s -H 'Content-Type: application/json' \
  -H 'Authorization: Bearer %s' \
  -d '{"id":"try-'$(date +%%s)'","type":"cart.updated","occurred_at":"'$(date -u +%%FT%%TZ)'",
       "buyer":{"id":"you","name":"お試し 太郎","email":"you@try.example","consent":{"email":true}},
       "data":{"cart_id":"try","items":[{"sku":"PPC-A4","quantity":3}]}}'
`

// addresses says again where to look, and how to take part.
func (on *stage) addresses(screen *terminal) {
	on.pages(screen)
	screen.print("\n")
	screen.line(bold, "自分でイベントを送るには / to post an event of your own")
	screen.print(fmt.Sprintf(tryIt, on.cfg.PublicURL, generatedSource, on.cfg.APITokens[0]))
	screen.line(plain, "署名の秘密鍵 secret for signatures (kagobell send --url "+on.cfg.PublicURL+"/webhooks/"+generatedSource+
		" --secret … FILE):")
	screen.line(plain, "  "+on.cfg.Sources[0].Secrets[0])
	screen.print("\n")
	screen.line(plain, "このあと 3 通目（LINE と郵送 DM）が続きます。Ctrl-C で終了します。")
	screen.line(plain, "Third messages (LINE and postal mail) follow. Ctrl-C ends.")
	screen.print("\n")
}
