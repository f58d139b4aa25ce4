package handlers

// hotTexts are those of the list for sales.
var hotTexts = map[string]text{
	"nav.hot-list":   {"ホットリスト", "Hot list"},
	"hot-list.title": {"ホットリスト", "Hot list"},
	"hot-list.lead": {"スコアが基準に達した取引先です。営業が判断するか、熱が冷めるまで残ります。",
		"Accounts whose score reached a mark, until sales decide or they cool."},
	"hot-list.empty": {"いま熱い取引先はありません。scores.yaml を有効にすると、行動の点数が基準に達した取引先がここに並びます。",
		"No account is hot. With scores.yaml switched on, those whose points reach a mark appear here."},
	"hot-list.account":      {"取引先", "Account"},
	"hot-list.contact":      {"連絡先", "Contact"},
	"hot-list.score":        {"スコア", "Score"},
	"hot-list.since":        {"いつから", "Since"},
	"hot-list.why":          {"理由", "Why"},
	"hot-list.alone":        {"個人", "No account"},
	"hot-list.reject":       {"対象外", "Not a lead"},
	"hot-list.reject-of":    {"%s を対象外にする", "%s is not a lead"},
	"hot-list.csv":          {"CSV をダウンロード", "Download CSV"},
	"hot-list.full":         {"上位のみを表示しています。すべては CSV にあります。", "Only the highest are shown. The CSV has all."},
	"hot-list.forgotten":    {"保存期間を過ぎました", "Past its retention"},
	"done.rejected":         {"対象外にしました。スコアは 0 に戻りました。", "It is off the list, and its score is 0."},
	"event.message.opened":  {"配信が開封された", "a message is opened"},
	"event.message.clicked": {"配信のリンクがクリックされた", "a link in a message is clicked"},
	"event.lead.rejected":   {"営業が対象外と判断した", "sales reject the lead"},
	"event.lead.accepted":   {"営業が引き受けた", "sales accept the lead"},
	"event.score.reached":   {"スコアが基準に達した", "a score reaches a mark"},
	"kind.lead":             {"営業への通知", "Lead for sales"},
}
