package handlers

// termTexts are the words for codes of closed sets.
var termTexts = map[string]text{
	"channel.email":  {"メール", "e-mail"},
	"channel.line":   {"LINE", "LINE"},
	"channel.dm":     {"郵送 DM", "letter"},
	"channels.first": {"、届かなければ", ", else "},
	"channels.all":   {"と", " and "},

	"run.open":      {"進行中", "open"},
	"run.completed": {"完了", "completed"},
	"run.exited":    {"途中終了", "exited"},

	"message.claimed":   {"送信中", "sending"},
	"message.retry":     {"再試行待ち", "to be retried"},
	"message.sent":      {"送信済み", "sent"},
	"message.batched":   {"DM リスト入り", "in a DM list"},
	"message.failed":    {"失敗", "failed"},
	"message.withdrawn": {"取り下げ", "withdrawn"},

	"scenario.running": {"稼働中", "running"},
	"scenario.paused":  {"一時停止中", "paused"},
	"scenario.off":     {"オフ", "off"},

	"action.start":    {"シナリオを開始しました", "A run began"},
	"action.join":     {"進行中の実行に加わりました", "Joined a run under way"},
	"action.restart":  {"待ち時間を数え直します", "The waiting began again"},
	"action.send":     {"送信しました", "Sent"},
	"action.skip":     {"送りませんでした", "Not sent"},
	"action.defer":    {"あとに延ばしました", "Put off"},
	"action.expire":   {"期限を過ぎたため送りませんでした", "Too late to be sent"},
	"action.exit":     {"途中で終わりました", "Ended early"},
	"action.complete": {"最後まで終わりました", "Came to its end"},
	"action.wait":     {"待っています", "Waits"},
	"action.branch":   {"分岐しました", "Took a branch"},

	"state.on":          {"配信できます", "can be written to"},
	"state.off":         {"本人が停止", "opted out"},
	"state.undelivered": {"届かないため停止", "stopped, did not arrive"},
	"state.unasked":     {"同意なし", "no consent"},
	"state.none":        {"宛先なし", "no address"},

	"consent.true":  {"同意", "given"},
	"consent.false": {"同意なし・撤回", "not given, or withdrawn"},

	"basis.opt_in":                {"本人の申し込み", "opt-in"},
	"basis.business_relationship": {"取引関係", "business relationship"},

	"origin.shop":        {"連携元", "the shop"},
	"origin.opt_out":     {"配信停止", "opt-out"},
	"origin.opt_in":      {"配信再開", "opt-in"},
	"origin.complaint":   {"迷惑メール報告", "complaint"},
	"origin.hard_bounce": {"宛先不明", "hard bounce"},
	"origin.rejected":    {"受信拒否", "refused"},

	"kind.event":   {"イベント", "event"},
	"kind.message": {"配信", "message"},

	"event.cart.updated":           {"カートが変わった", "a cart changes"},
	"event.order.placed":           {"注文された", "an order is placed"},
	"event.order.cancelled":        {"注文が取り消された", "an order is cancelled"},
	"event.product.viewed":         {"商品が閲覧された", "a product is viewed"},
	"event.favorite.added":         {"お気に入りに追加された", "a favourite is added"},
	"event.favorite.removed":       {"お気に入りから外された", "a favourite is removed"},
	"event.favorite.restocked":     {"お気に入りの商品が入荷した", "a favourite is back in stock"},
	"event.favorite.price_dropped": {"お気に入りの商品が値下がりした", "a favourite gets cheaper"},
	"event.page.viewed":            {"ページが閲覧された", "a page is viewed"},
	"event.buyer.updated":          {"担当者の情報が変わった", "a buyer's profile changes"},
	"event.document.downloaded":    {"資料がダウンロードされた", "a document is downloaded"},
	"event.seminar.attended":       {"セミナーに参加した", "a seminar is attended"},
	"event.member.registered":      {"会員登録された", "a member registers"},
	"event.form.submitted":         {"フォームが送信された", "a form is submitted"},
}
