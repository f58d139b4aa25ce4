package main

import "kagobell/scenarios"

// saying is how the terminal speaks of a code: in Japanese, with the English beside it, and in which style.
type saying struct {
	ja, en string
	style  style
}

var actionSayings = map[scenarios.Action]saying{
	scenarios.ActionStart:    {"開始", "start", faint},
	scenarios.ActionJoin:     {"追加", "join", faint},
	scenarios.ActionRestart:  {"更新", "reset", faint},
	scenarios.ActionSend:     {"配信", "SENT", green},
	scenarios.ActionSkip:     {"見送", "skip", yellow},
	scenarios.ActionDefer:    {"延期", "defer", yellow},
	scenarios.ActionExpire:   {"期限", "late", yellow},
	scenarios.ActionExit:     {"停止", "STOP", yellow},
	scenarios.ActionComplete: {"完了", "done", faint},
	scenarios.ActionWait:     {"待機", "WAIT", cyan},
}

var scenarioSayings = map[string]saying{
	"cart_abandonment":    {ja: "カゴ離脱", en: "cart"},
	"browse_dropoff":      {ja: "閲覧落ち", en: "browse"},
	"favorite_restock":    {ja: "在庫入荷", en: "restock"},
	"favorite_price_drop": {ja: "価格値下げ", en: "price"},
}

var channelSayings = map[scenarios.Channel]saying{
	scenarios.ChannelEmail: {ja: "メール", en: "mail"},
	scenarios.ChannelLine:  {ja: "LINE"},
	scenarios.ChannelDM:    {ja: "郵送", en: "DM"},
}

// reasonSayings are the reasons that the story meets; any other stands for itself.
var reasonSayings = map[scenarios.Reason]string{
	scenarios.ReasonOrdered:           "取引先が注文した",
	scenarios.ReasonEmptied:           "カートが空になった",
	scenarios.ReasonOutOfStock:        "また品切れになった",
	scenarios.ReasonNoConsent:         "同意がない",
	scenarios.ReasonNoAddress:         "宛先がない",
	scenarios.ReasonSuppressed:        "配信停止中の宛先",
	scenarios.ReasonCondition:         "条件に合わない（開封済み）",
	scenarios.ReasonPriceReverted:     "価格が元に戻った",
	scenarios.ReasonNotLowStock:       "在庫に余裕がある",
	scenarios.ReasonSuperseded:        "上位のシナリオに譲る",
	scenarios.ReasonDuplicateAddress:  "同じ宛先に配信済み",
	scenarios.ReasonAwaitingApproval:  "稟議中",
	scenarios.ReasonRecentlyPurchased: "最近購入した",
	scenarios.ReasonBelowMinimum:      "値下げ幅が小さい",
	scenarios.ReasonCoolDown:          "案内したばかり",
	scenarios.ReasonActivity:          "まだ操作中",
	scenarios.ReasonUnavailable:       "購入できる商品がない",
}

func (s saying) both() string {
	if s.en == "" {
		return s.ja
	}
	return s.ja + " " + s.en
}

// sayReason is a reason in words, and as the code that the API and the pages have for it.
func sayReason(r scenarios.Reason) string {
	if words := reasonSayings[r]; words != "" {
		return words + " " + string(r)
	}
	return string(r)
}

// sayScenario falls back on the name, for a scenario that the demo does not know.
func sayScenario(name string) string {
	if s, known := scenarioSayings[name]; known {
		return s.both()
	}
	return name
}
