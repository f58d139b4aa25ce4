package handlers

import "maps"

// text is the same in both languages of the pages.
type text struct{ ja, en string }

func (t text) in(l lang) string {
	if l == english {
		return t.en
	}
	return t.ja
}

// adminTexts are all texts of the pages by their keys. Those that begin with done. are what may be said after a form
// was posted.
var adminTexts = merged(frameTexts, resultTexts, listTexts, detailTexts, termTexts, hotTexts)

func merged(parts ...map[string]text) map[string]text {
	all := map[string]text{}
	for _, part := range parts {
		maps.Copy(all, part)
	}
	return all
}

// frameTexts are those around the pages: navigation, log-in, errors, and what the lists share.
var frameTexts = map[string]text{
	"brand":      {"かごベル", "Kagobell"},
	"skip":       {"本文へ移動", "Skip to content"},
	"nav":        {"メニュー", "Menu"},
	"logout":     {"ログアウト", "Log out"},
	"attention":  {"要確認のものがあります", "something needs attention"},
	"none":       {"なし", "None"},
	"all":        {"すべて", "All"},
	"show":       {"表示", "Show"},
	"reset":      {"条件をクリア", "Clear"},
	"filter":     {"絞り込み", "Filter"},
	"first-page": {"最初のページ", "First page"},
	"next-page":  {"次のページ", "Next page"},
	"pages":      {"ページ送り", "Pages"},
	"no-match":   {"条件に合うものはありません。", "Nothing matches."},
	"back":       {"一覧へ戻る", "Back to the list"},

	"nav.results":      {"成果", "Results"},
	"nav.scenarios":    {"シナリオ", "Scenarios"},
	"nav.runs":         {"実行", "Runs"},
	"nav.messages":     {"配信", "Messages"},
	"nav.outbox":       {"送信箱", "Outbox"},
	"nav.buyers":       {"発注担当者", "Buyers"},
	"nav.dm":           {"郵送 DM", "Direct mail"},
	"nav.dead-letters": {"要確認", "Dead letters"},
	"nav.queues":       {"キュー", "Queues"},
	"nav.beside":       {"キューは別画面です", "Queues open on a page of their own"},

	"login.title":    {"ログイン", "Log in"},
	"login.lead":     {"管理画面を利用するにはログインしてください。", "Please log in to see the admin pages."},
	"login.user":     {"ユーザー名", "User name"},
	"login.password": {"パスワード", "Password"},
	"login.submit":   {"ログイン", "Log in"},
	"login.wrong":    {"ユーザー名またはパスワードが正しくありません。", "The user name or the password is not right."},
	"login.slow": {"ログインの試行が多すぎます。1 分ほど待ってから、もう一度お試しください。",
		"Too many attempts. Please wait about a minute, then try again."},
	"login.forged": {"画面の有効期限が切れたか、Cookie が無効になっています。Cookie を有効にして、もう一度お試しください。",
		"This form is out of date, or cookies are switched off. Please allow cookies and try again."},

	"error.unknown.title": {"ページが見つかりません", "Page not found"},
	"error.unknown.text": {"アドレスが正しくないか、すでに削除されています。メニューからお探しください。",
		"The address is not right, or what was there has been removed. The menu may help."},
	"error.method.title": {"この操作はできません", "That can't be done here"},
	"error.method.text":  {"この画面は閲覧専用です。", "This page can only be looked at."},
	"error.cursor.title": {"一覧の続きが見つかりません", "This part of the list is gone"},
	"error.cursor.text":  {"一覧を最初から開き直してください。", "Please open the list again from its beginning."},
	"error.forged.title": {"操作を確認できませんでした", "That could not be verified"},
	"error.forged.text": {"画面の有効期限が切れた可能性があります。前の画面に戻って再読み込みし、もう一度お試しください。",
		"The page may be out of date. Please go back, reload it and try again."},
	"error.later.title": {"ただいま表示できません", "Not available just now"},
	"error.later.text": {"処理の途中で問題が起きました。少し時間をおいて、もう一度お試しください。続く場合はログをご確認ください。",
		"Something went wrong on the way. Please try again in a little while; if it persists, the log says more."},
	"error.home": {"成果の画面へ", "Go to the results"},

	"done.paused":    {"シナリオを一時停止しました。", "The scenario is paused."},
	"done.resumed":   {"シナリオを再開しました。", "The scenario goes on."},
	"done.replayed":  {"再処理しました。", "It was processed."},
	"done.dismissed": {"対応済みにしました。", "It was marked as dealt with."},
	"done.refused": {"再処理しましたが、まだ受け付けられません。原因をご確認ください。",
		"It was tried again and still can't be taken. Please look at the causes."},
}
