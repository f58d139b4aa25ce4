package handlers

import "kagobell/scenarios"

// preferencesText is what templates/preferences.html says in one language.
type preferencesText struct {
	Title, Lead, Stop, Resume, StopAll, Nothing, Sender, Contact string

	Names  map[scenarios.Channel]string
	States map[channelState]string
	Done   map[string]string
}

var preferencesTexts = map[lang]preferencesText{
	japanese: {
		Title:   "配信設定",
		Lead:    "お知らせの受け取り方を変更できます。変更はすぐに反映されます。",
		Stop:    "配信を停止する",
		Resume:  "受け取る",
		StopAll: "すべての配信を停止する",
		Nothing: "現在、お届けしているお知らせはありません。",
		Sender:  "配信元：",
		Contact: "お問い合わせ",
		Names:   map[scenarios.Channel]string{scenarios.ChannelEmail: "メール", scenarios.ChannelLine: "LINE", scenarios.ChannelDM: "郵便（DM）"},
		States: map[channelState]string{
			stateOn: "受け取っています", stateOff: "停止しています",
			stateUndelivered: "お届けできなかったため停止しています", stateUnasked: "受け取っていません",
		},
		Done: map[string]string{doneStopped: "配信を停止しました。", doneResumed: "お知らせをお届けします。"},
	},
	english: {
		Title:   "Message preferences",
		Lead:    "Choose how you hear from us. Changes take effect at once.",
		Stop:    "Stop",
		Resume:  "Receive",
		StopAll: "Stop all messages",
		Nothing: "You are not receiving any messages from us.",
		Sender:  "Sender: ",
		Contact: "Contact",
		Names:   map[scenarios.Channel]string{scenarios.ChannelEmail: "E-mail", scenarios.ChannelLine: "LINE", scenarios.ChannelDM: "Post"},
		States: map[channelState]string{
			stateOn: "You receive these", stateOff: "Stopped",
			stateUndelivered: "Stopped, because messages did not arrive", stateUnasked: "You do not receive these",
		},
		Done: map[string]string{doneStopped: "You have been unsubscribed.", doneResumed: "You will hear from us again."},
	},
}

// noticeTexts are a title and a sentence for each kind.
var noticeTexts = map[lang]map[noticeKind][2]string{
	japanese: {
		noticeUnknown: {"ページが見つかりません", "リンクが正しくないか、有効ではなくなりました。"},
		noticeLater:   {"しばらくお待ちください", "ただいま処理できません。少し時間をおいて、もう一度お試しください。"},
		noticeForm:    {"送信内容を確認できません", "前のページに戻り、もう一度お試しください。"},
	},
	english: {
		noticeUnknown: {"Page not found", "This link is not right, or is no longer valid."},
		noticeLater:   {"One moment, please", "This can't be done just now. Please try again in a little while."},
		noticeForm:    {"That was not understood", "Please go back and try again."},
	},
}
