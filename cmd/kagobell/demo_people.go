package main

import "kagobell/scenarios"

// demoAccount is a company that buys from the demo's shop.
type demoAccount struct {
	id, name string
	short    string // for the terminal
	group    string // of contract prices; empty: the list price
	postal   *scenarios.Postal
}

// demoBuyer is a person who orders for an account.
type demoBuyer struct {
	id, account, name, department string
	email, lineUserID, locale     string
	agreed                        []scenarios.Channel // the channels with consent
}

// The companies and people are made up; .example is reserved for that (RFC 2606).
var demoAccounts = []demoAccount{
	{"toto", "東都精機株式会社", "東都精機", "gold", nil},
	{"minato", "みなと建設株式会社", "みなと建設", "silver",
		&scenarios.Postal{Code: "231-0001", Prefecture: "神奈川県", City: "横浜市中区", Street: "架空町1-2-3", Building: "みなとビル4階"}},
	{"aozora", "医療法人あおぞら会", "あおぞら会", "", nil},
	{"sakura", "学校法人さくら学園", "さくら学園", "silver", nil},
	{"kitayama", "北山食品工業株式会社", "北山食品", "gold", nil},
	{"hikari", "ヒカリ印刷株式会社", "ヒカリ印刷", "", nil},
	{"matsuba", "松葉運輸株式会社", "松葉運輸", "", nil},
	{"nexus", "ネクサスデザイン合同会社", "ネクサス", "silver", nil},
}

var (
	byMail        = []scenarios.Channel{scenarios.ChannelEmail}
	byMailAndLine = []scenarios.Channel{scenarios.ChannelEmail, scenarios.ChannelLine}
	byMailAndPost = []scenarios.Channel{scenarios.ChannelEmail, scenarios.ChannelDM}
)

var demoBuyers = []demoBuyer{
	{"sato", "toto", "佐藤 花子", "資材課", "sato@toto.example", "U0000000000000000000000000000sato", "ja", byMailAndLine},
	{"tanaka", "toto", "田中 一郎", "製造部", "tanaka@toto.example", "", "ja", byMail},
	{"suzuki", "toto", "鈴木 健", "製造部", "suzuki@toto.example", "", "ja", byMail},
	{"takahashi", "minato", "高橋 誠", "工務部", "takahashi@minato.example", "", "ja", byMailAndPost},
	{"ito", "minato", "伊藤 美咲", "総務部", "ito@minato.example", "", "ja", byMail},
	{"ogawa", "minato", "小川 拓也", "工務部", "ogawa@minato.example", "", "ja", byMailAndPost},
	{"watanabe", "aozora", "渡辺 由美", "用度課", "watanabe@aozora.example", "", "ja", byMail},
	{"nakamura", "aozora", "中村 圭", "施設課", "nakamura@aozora.example", "", "ja", byMail},
	{"kobayashi", "sakura", "小林 直子", "事務局", "kobayashi@sakura.example", "", "ja", nil}, // agreed to nothing
	{"matsumoto", "sakura", "松本 翔", "事務局", "matsumoto@sakura.example", "", "ja", byMail},
	{"yoshida", "kitayama", "吉田 彩", "購買課", "yoshida@kitayama.example", "", "ja", byMail},
	{"saito", "kitayama", "斎藤 恵", "第一工場", "koubai@kitayama.example", "", "ja", byMail}, // share one mailbox
	{"shimizu", "kitayama", "清水 学", "第二工場", "koubai@kitayama.example", "", "ja", byMail},
	{"yamada", "hikari", "山田 涼", "製版課", "yamada@hikari.example", "U00000000000000000000000000yamada", "ja", byMailAndLine},
	{"kimura", "hikari", "木村 さくら", "印刷課", "kimura@hikari.example", "", "ja", byMail},
	{"sasaki", "matsuba", "佐々木 亮", "車両課", "sasaki@matsuba.example", "", "ja", byMail},
	{"kato", "matsuba", "加藤 健太", "倉庫課", "kato@matsuba.example", "", "ja", byMail},
	{"hayashi", "matsuba", "林 俊介", "整備課", "hayashi@matsuba.example", "", "ja", byMail},
	{"clark", "nexus", "Emma Clark", "Studio", "clark@nexus.example", "", "en", byMail}, // reads English
	{"yamaguchi", "nexus", "山口 真央", "総務", "yamaguchi@nexus.example", "", "ja", byMail},
}
