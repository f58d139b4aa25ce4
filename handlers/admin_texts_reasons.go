package handlers

import "kagobell/scenarios"

// reasonText says what a reason means, in a few words and in a sentence.
type reasonText struct{ label, why text }

// reasonTexts explain all of scenarios.Reasons; a test holds the two together.
var reasonTexts = map[scenarios.Reason]reasonText{
	scenarios.ReasonOrdered:           {text{"注文済み", "ordered"}, text{"取引先がすでに注文しました。", "The account has ordered it already."}},
	scenarios.ReasonEmptied:           {text{"カートが空", "cart emptied"}, text{"カートが空になりました。", "The cart was emptied."}},
	scenarios.ReasonErased:            {text{"消去済み", "erased"}, text{"担当者の個人情報が消去されました。", "The buyer's personal data was erased."}},
	scenarios.ReasonFavoriteRemoved:   {text{"お気に入り解除", "favourite removed"}, text{"お気に入りから外されました。", "The favourite was removed."}},
	scenarios.ReasonOutOfStock:        {text{"再び在庫切れ", "out of stock"}, text{"送る前に、また在庫がなくなりました。", "It was sold out again before the message."}},
	scenarios.ReasonUnavailable:       {text{"購入できる商品なし", "unavailable"}, text{"在庫切れや販売終了で、案内できる商品が残りませんでした。", "No item was left that can be bought."}},
	scenarios.ReasonNoConsent:         {text{"同意なし", "no consent"}, text{"この配信手段への同意がないか、撤回されています。", "There is no consent for the channel, or it was withdrawn."}},
	scenarios.ReasonNoAddress:         {text{"宛先なし", "no address"}, text{"この配信手段の宛先が登録されていません。", "There is no address for the channel."}},
	scenarios.ReasonSuppressed:        {text{"配信停止中の宛先", "suppressed"}, text{"宛先不明、迷惑メール報告、配信停止のいずれかで止めている宛先です。", "The address bounced, complained or opted out."}},
	scenarios.ReasonCondition:         {text{"条件に合わない", "condition"}, text{"ステップの条件に当てはまりませんでした。", "The step's condition did not hold."}},
	scenarios.ReasonPriceReverted:     {text{"価格が戻った", "price reverted"}, text{"値下げが終わり、価格が元に戻りました。", "The price is up again."}},
	scenarios.ReasonNotLowStock:       {text{"在庫に余裕", "not low in stock"}, text{"在庫が十分にあり、「残りわずか」ではありません。", "There is more in stock than the low-stock mark."}},
	scenarios.ReasonFrequencyCap:      {text{"1 日の上限", "frequency cap"}, text{"この担当者への 1 日の配信数が上限に達しました。", "The buyer had enough messages for the day."}},
	scenarios.ReasonWindow:            {text{"配信時間外", "send window"}, text{"夜間や休日など、配信してよい時間の外です。", "It is outside the hours for sending."}},
	scenarios.ReasonLate:              {text{"期限切れ", "late"}, text{"予定の時刻から時間がたちすぎたため、送りませんでした。", "It was too long after its planned time."}},
	scenarios.ReasonSuperseded:        {text{"優先シナリオあり", "superseded"}, text{"同じ商品について、優先度の高いシナリオが引き継ぎました。", "A stronger scenario took the item over."}},
	scenarios.ReasonRemoved:           {text{"シナリオ廃止", "removed"}, text{"シナリオが削除されたか、オフになりました。", "The scenario was removed or switched off."}},
	scenarios.ReasonPaused:            {text{"一時停止中", "paused"}, text{"シナリオまたは全体が一時停止中です。", "The scenario, or everything, is paused."}},
	scenarios.ReasonCoolDown:          {text{"案内したばかり", "cool-down"}, text{"同じ内容を最近お知らせしたため、間隔をあけています。", "The buyer was told of the same lately."}},
	scenarios.ReasonDuplicateAddress:  {text{"同じ宛先に送信済み", "duplicate address"}, text{"同じ宛先を使う別の担当者に、すでに送りました。", "Another buyer with this address got it."}},
	scenarios.ReasonAwaitingApproval:  {text{"稟議中", "awaiting approval"}, text{"社内の承認を待っているカートです。", "The cart waits for approval."}},
	scenarios.ReasonQuoteRequested:    {text{"見積依頼中", "quote requested"}, text{"見積もりの回答を待っているカートです。", "The cart waits for a quote."}},
	scenarios.ReasonWaitExpired:       {text{"待ち時間の上限", "waited too long"}, text{"承認や見積もりを 30 日待ったため、終了しました。", "It had waited as long as it may for somebody else."}},
	scenarios.ReasonRecentlyPurchased: {text{"最近購入済み", "recently purchased"}, text{"取引先が最近購入した商品です。", "The account bought it lately."}},
	scenarios.ReasonStale:             {text{"古いイベント", "stale"}, text{"すでに届いているものより古いため、何も変えませんでした。", "The event was older than what is known."}},
	scenarios.ReasonFuture:            {text{"未来の日時", "future"}, text{"発生日時が未来だったため、現在の時刻として扱いました。", "The event's time was ahead, so it counts as now."}},
	scenarios.ReasonIgnored:           {text{"対象外のイベント", "ignored"}, text{"外部から送っても効果のないイベントです。", "An event that has no effect when posted."}},
	scenarios.ReasonGoal:              {text{"目的を達成", "goal reached"}, text{"シナリオを終える条件のできごとがありました。", "An event came that ends the scenario."}},
	scenarios.ReasonRenderFailed:      {text{"文面を作れない", "render failed"}, text{"テンプレートに誤りがあります。「要確認」をご覧ください。", "The template failed. See the dead letters."}},
	scenarios.ReasonRejected:          {text{"受信拒否", "rejected"}, text{"配信先のサービスに受け付けられませんでした。", "The provider refused it for good."}},
	scenarios.ReasonHardBounce:        {text{"宛先不明", "hard bounce"}, text{"宛先が存在しませんでした。", "The address does not exist."}},
	scenarios.ReasonComplaint:         {text{"迷惑メール報告", "complaint"}, text{"迷惑メールとして報告されました。", "It was reported as spam."}},
	scenarios.ReasonOptOut:            {text{"配信停止", "opt-out"}, text{"本人が配信を停止しました。", "The buyer opted out."}},
	scenarios.ReasonTemporary:         {text{"一時的な失敗", "temporary failure"}, text{"一時的に送れませんでした。もう一度試します。", "It failed for now and will be tried again."}},
	scenarios.ReasonUnknownOutcome:    {text{"結果不明", "unknown outcome"}, text{"送信の途中で途切れたため、届いたかどうか分かりません。", "Sending broke off; nobody knows whether it arrived."}},
	scenarios.ReasonRetryKeyExpired:   {text{"再送期限切れ", "retry key expired"}, text{"LINE の再送期限（24 時間）を過ぎました。", "LINE's retry key is older than 24 hours."}},
	scenarios.ReasonRedirected:        {text{"送信箱に保管", "kept in the outbox"}, text{"検証用の設定（send_only_to）にない宛先のため、送らずに保管しました。", "The address is not in send_only_to, so it was kept."}},
	scenarios.ReasonBelowMinimum:      {text{"値下げ幅が小さい", "below minimum"}, text{"値下げの幅が、お知らせする最小幅に届きません。", "The cut is smaller than the minimum."}},
	scenarios.ReasonAwaitingEvent:     {text{"イベント待ち", "awaiting an event"}, text{"次のできごとが起こるのを、期限まで待っています。", "The step waits for an event, up to its deadline."}},
	scenarios.ReasonEventCame:         {text{"待っていたイベントが発生", "event came"}, text{"待っていたできごとが起きたため、先へ進みました。", "What the step waited for happened, so it went on."}},
	scenarios.ReasonNoDate:            {text{"日付なし", "no date"}, text{"基準となる日付が登録されていないか、取り消されました。", "The date that it goes by is not known, or was taken back."}},
	scenarios.ReasonDateMoved:         {text{"日付の変更", "date moved"}, text{"基準となる日付が変わったため、予定を組み直しました。", "The date that it goes by is another one by now, so it was planned anew."}},
	scenarios.ReasonActivity:          {text{"操作が続いている", "activity"}, text{"担当者の操作が続いているため、落ち着くのを待ちます。", "The buyer was active, so it waits for quiet."}},
}
