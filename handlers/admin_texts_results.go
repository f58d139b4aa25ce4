package handlers

// resultTexts are those of the results page.
var resultTexts = map[string]text{
	"results.title": {"成果", "Results"},
	"results.lead": {"シナリオごとの配信と反応です。注文は、クリックから 7 日以内のものを数えます。",
		"What the scenarios sent and what came of it. An order counts when it follows a click within 7 days."},
	"results.empty": {"この期間の配信はまだありません。", "Nothing was sent in this period."},
	"results.empty-hint": {"イベントが届き、シナリオが始まると、ここに成果が表示されます。",
		"Results appear here once events arrive and scenarios begin."},

	"period.title": {"期間", "Period"},
	"period.days":  {"%d 日間", "%d days"},
	"period.from":  {"開始日", "From"},
	"period.to":    {"終了日", "To"},
	"period.wrong": {"期間の指定が正しくないため、直近 30 日間を表示しています。",
		"The dates don't make a period, so the last 30 days are shown."},

	"stage.started": {"開始", "Started"},
	"stage.sent":    {"送信", "Sent"},
	"stage.opened":  {"開封", "Opened"},
	"stage.clicked": {"クリック", "Clicked"},
	"stage.ordered": {"注文", "Ordered"},
	"stage.revenue": {"売上", "Revenue"},

	"rate.opened":  {"開封率", "open rate"},
	"rate.clicked": {"クリック率", "click rate"},
	"rate.ordered": {"注文率", "order rate"},
	"rate.note": {"割合はいずれも送信数に対するものです。開封を計測できるのはメールだけで、郵送 DM は開封もクリックも計測できません。",
		"All rates are shares of what was sent. Only e-mails tell of openings, and letters tell of nothing."},

	"results.scenarios": {"シナリオの比較", "Scenarios compared"},
	"results.scenario":  {"シナリオ", "Scenario"},
	"results.steps":     {"ステップ別", "By step"},
	"results.step":      {"ステップ", "Step"},
	"results.channels":  {"配信手段別", "By channel"},
	"results.channel":   {"配信手段", "Channel"},
	"results.picture":   {"グラフ", "Chart"},
	"results.legend":    {"色の濃い順に、注文・クリック・開封・送信", "From dark to light: ordered, clicked, opened, sent"},
	"results.skipped":   {"送らなかった理由", "Why something was not sent"},
	"results.none-skipped": {"この期間に見送った配信はありません。",
		"Nothing was held back in this period."},
	"results.details": {"%sの詳細", "%s in detail"},
}
