package scenarios

import (
	"reflect"
	"strings"
)

// The types of this file say how a scenario is written, key by key. They are never filled: the reader takes from them
// the keys that it knows, and `kagobell check --schema` makes of them the JSON Schema that editors complete and
// underline by. So a new key is a field here and a line in the reader; what the schema says of it stands in its tags.

// ScenarioForm is a scenario file.
type ScenarioForm struct {
	Name     NameText     `json:"name" jsonschema:"required" jsonschema_description:"シナリオの名前。同じ名前の標準シナリオを置き換えます / Its name; replaces a shipped scenario of the same name"`
	Title    TitleText    `json:"title" jsonschema_description:"画面に出る題名 / Shown to people; the name when left out"`
	Priority int          `json:"priority" jsonschema:"minimum=0,maximum=1000,default=0" jsonschema_description:"優先度。大きいほうが先 / The higher goes first where the daily cap bites or two scenarios want a SKU"`
	Enabled  bool         `json:"enabled" jsonschema:"default=true" jsonschema_description:"false で停止 / false: nothing starts, and open runs end"`
	Start    StartForm    `json:"start" jsonschema_description:"何から始まるか / What begins a run"`
	Exit     []RuleForm   `json:"exit" jsonschema_description:"途中で終える条件 / What ends a run early"`
	Window   WindowChoice `json:"window" jsonschema_extras:"default=business_hours" jsonschema_description:"配信してよい時間帯 / When messages may leave"`
	OrderBy  ClockText    `json:"order_by" jsonschema_description:"当日受注の締め時刻 / The order cut-off: nothing leaves from then on until the next opening"`
	Expires  Duration     `json:"expires" jsonschema_extras:"default=24h" jsonschema_description:"これより遅れたステップは送りません / A step that is later than this is not sent"`
	CoolDown Duration     `json:"cool_down" jsonschema_extras:"default=7d" jsonschema_description:"最後の配信から同じ対象で再び始まるまで / Before the same subject starts again, counted from the last message; 60d at most"`
	Floor    int          `json:"floor" jsonschema:"minimum=1,maximum=500,default=1" jsonschema_description:"商品がこの数を下回れば終わり / A run with fewer SKUs ends"`
	Steps    []StepForm   `json:"steps" jsonschema:"minItems=1,maxItems=100" jsonschema_description:"ステップ(分岐の中も含めて100まで) / The steps, 100 at most with those of branches"`
}

// StartForm is what stands below `start`.
type StartForm struct {
	On              EventTypeText   `json:"on" jsonschema:"oneof_required=on" jsonschema_description:"始まりのイベント / The event that begins a run"`
	OnDate          *DateExpression `json:"on_date" jsonschema:"oneof_required=on_date" jsonschema_description:"起点の日付 / A date as the anchor"`
	Before          Duration        `json:"before" jsonschema_description:"on_date のこれだけ前 / So long before on_date"`
	After           Duration        `json:"after" jsonschema_description:"on_date のこれだけ後 / So long after on_date"`
	When            *Condition      `json:"when" jsonschema_description:"始める条件 / The run starts only where this holds"`
	Per             SubjectKind     `json:"per" jsonschema_description:"何ごとに一つの実行か / What a run is one of"`
	QuietFor        Duration        `json:"quiet_for" jsonschema_description:"最後の変化からこれだけ静かなら起点 / The anchor is this long after the last trigger"`
	MaxQuiet        Duration        `json:"max_quiet" jsonschema_description:"最初の変化から長くてもこれまで / But at most this long after the first trigger"`
	WaitWhile       *Condition      `json:"wait_while" jsonschema_description:"この間は待つ(稟議中など) / The run waits while this holds"`
	WaitUpTo        Duration        `json:"wait_up_to" jsonschema_extras:"default=30d" jsonschema_description:"待つのは長くてもこれまで / A run that waits longer ends"`
	MaxItems        int             `json:"max_items" jsonschema:"minimum=1,maximum=500" jsonschema_description:"一通に載せる商品の数 / SKUs in a message"`
	NotBoughtWithin Duration        `json:"not_bought_within" jsonschema_description:"この期間に買った商品を除く / Leaves out what the account bought in this time; 400d at most"`
	Collect         Duration        `json:"collect" jsonschema_extras:"default=15m" jsonschema_description:"この間の商品を一つにまとめる / Further SKUs within this time join the run"`
	Hold            Duration        `json:"hold" jsonschema_extras:"default=10m" jsonschema_description:"在庫がこれだけ続いたら入荷とみなす / The stock must last so long"`
	MinPercent      float64         `json:"min_percent" jsonschema:"minimum=0,maximum=100,default=3" jsonschema_description:"値下げとみなす最小の率(%) / The smallest cut that counts, in per cent"`
	MinAmount       float64         `json:"min_amount" jsonschema:"minimum=0,maximum=1000000000,default=1" jsonschema_description:"値下げとみなす最小の額 / The smallest cut that counts, in money"`
	PerUnit         float64         `json:"per_unit" jsonschema:"minimum=0,maximum=1000000000,default=0" jsonschema_description:"在庫÷この数の人ずつ知らせる / A wave tells at most stock ÷ per_unit buyers; 0: all at once"`
	WaveEvery       Duration        `json:"wave_every" jsonschema_extras:"default=1d" jsonschema_description:"次の波までの間隔 / Time between waves"`
}

// RuleForm is a rule below `exit`.
type RuleForm struct {
	On       EventTypeText `json:"on" jsonschema:"anyof_required=on" jsonschema_description:"終わりのイベント / The event that ends a run"`
	When     *Condition    `json:"when" jsonschema:"anyof_required=when" jsonschema_description:"終える条件 / A condition; without on it is asked whenever a step is due"`
	Matching string        `json:"matching" jsonschema:"enum=items" jsonschema_description:"items: そのイベントの商品だけが外れる / Only the SKUs of the event leave the run"`
	Reason   Reason        `json:"reason" jsonschema_description:"記録される理由 / The reason that is kept"`
}

// StepForm is a step, at whatever depth.
type StepForm struct {
	ID        NameText        `json:"id" jsonschema_description:"ステップの名前。分岐と待機では省略可 / Unique in the file; a branch or a wait may go without"`
	After     AfterChoice     `json:"after" jsonschema_description:"前のステップからの時間 / From the step before, the first from the anchor"`
	OnDate    *DateExpression `json:"on_date" jsonschema_description:"この日付に / A date in place of after"`
	Before    Duration        `json:"before" jsonschema_description:"on_date のこれだけ前 / So long before on_date"`
	When      *Condition      `json:"when" jsonschema_description:"送る条件 / Where it does not hold the step is skipped"`
	Only      *Condition      `json:"only" jsonschema_description:"載せる商品の条件(item を見る) / Asked for each item; those for which it fails leave this message"`
	Otherwise Reason          `json:"otherwise" jsonschema_description:"only で何も残らないときの理由 / The reason when only leaves nothing"`
	Send      SendChoice      `json:"send" jsonschema:"oneof_required=send" jsonschema_description:"配信手段 / A channel; a list: the first that can be reached; {all: [...]}: each"`
	Branch    []WayForm       `json:"branch" jsonschema:"oneof_required=branch,minItems=1" jsonschema_description:"分岐。最初に当てはまる道へ / The first way whose condition holds is taken"`
	WaitFor   WaitForForm     `json:"wait_for" jsonschema:"oneof_required=wait_for" jsonschema_description:"イベントを待つ / Waits for an event"`
	Template  TemplateText    `json:"template" jsonschema_description:"テンプレートの名前 / Name of a template"`
	Message   MessageForm     `json:"message" jsonschema_description:"テンプレートの代わりの短い文面 / A short message in place of a template"`
	Link      *LinkExpression `json:"link" jsonschema_description:"ボタンの先のアドレス、またはそれを求める式 / Where the button leads: an address, or an expression that gives one"`
	Expires   Duration        `json:"expires" jsonschema_description:"このステップの期限 / Of this step; the scenario's when left out"`
	Window    WindowChoice    `json:"window" jsonschema_description:"このステップの時間帯 / Of this step; the scenario's when left out"`
}

// WayForm is one way on from a branch.
type WayForm struct {
	When  *Condition `json:"when" jsonschema_description:"この道に進む条件。省略すればいつも / The condition of this way; always when left out"`
	Steps []StepForm `json:"steps" jsonschema:"required" jsonschema_description:"この道のステップ / The steps on it"`
}

// WaitForForm is what stands below `wait_for`.
type WaitForForm struct {
	On   EventTypeText `json:"on" jsonschema:"required" jsonschema_description:"待つイベント / The event waited for"`
	When *Condition    `json:"when" jsonschema_description:"そのイベントの条件 / A condition on that event"`
	UpTo Duration      `json:"up_to" jsonschema:"required" jsonschema_description:"長くてもこれまで / But at most so long"`
}

// MessageForm is a short message in a step.
type MessageForm struct {
	Subject string `json:"subject" jsonschema:"required,minLength=1,maxLength=255" jsonschema_description:"件名 / Subject"`
	Text    string `json:"text" jsonschema:"required,minLength=1,maxLength=5000" jsonschema_description:"本文 / Text"`
}

// AnchorForm is `{anchor: 2d}` in `after`.
type AnchorForm struct {
	Anchor Duration `json:"anchor" jsonschema:"required" jsonschema_description:"起点からの時間 / Counted from the anchor"`
}

// AllForm is `{all: [email, dm]}` in `send`.
type AllForm struct {
	All []Channel `json:"all" jsonschema:"required,minItems=1,uniqueItems=true" jsonschema_description:"すべての手段で送る / On each of these channels"`
}

// WindowForm is a window of a scenario's own.
type WindowForm struct {
	Days     []WeekdayText `json:"days" jsonschema:"minItems=1" jsonschema_description:"曜日 / Days of the week; Monday to Friday when left out"`
	From     ClockText     `json:"from" jsonschema_extras:"default=09:00" jsonschema_description:"始まりの時刻 / Opens at"`
	To       ClockText     `json:"to" jsonschema_extras:"default=18:00" jsonschema_description:"終わりの時刻(24:00 まで) / Closes at, 24:00 at most"`
	Holidays bool          `json:"holidays" jsonschema:"default=false" jsonschema_description:"祝日にも送る / On Japanese public holidays too"`
	ClosedOn []string      `json:"closed_on" jsonschema_description:"休業日。例 2026-08-13..2026-08-16、12-29..01-03 / Closing days"`
	OrderBy  ClockText     `json:"order_by" jsonschema_description:"当日受注の締め時刻 / The order cut-off: nothing leaves from then on"`
}

// The choices: each field is one of the forms that the value may have.
type (
	// SendChoice is a channel, a list of them, or all of some.
	SendChoice struct {
		One  Channel
		List []Channel `jsonschema:"minItems=1,uniqueItems=true"`
		All  AllForm
	}
	// AfterChoice is a time from the step before, or from the anchor.
	AfterChoice struct {
		FromStep   Duration
		FromAnchor AnchorForm
	}
	// WindowChoice is a window by its name, or one of the scenario's own.
	WindowChoice struct {
		Named string `jsonschema:"enum=business_hours,enum=always"`
		Own   WindowForm
	}
)

// Texts of a certain form.
type (
	NameText      string // matches NamePattern
	TemplateText  string // matches TemplatePattern
	EventTypeText string // matches EventTypePattern
	TitleText     string // one line, MaxTitle characters
	WeekdayText   string // as ParseWeekday reads it
	ClockText     string // as ParseTimeOfDay reads it
)

// keysOf lists the keys of a form, in their order.
func keysOf[Form any]() []string {
	form := reflect.TypeFor[Form]()
	keys := make([]string, form.NumField())
	for i := range keys {
		keys[i], _, _ = strings.Cut(form.Field(i).Tag.Get("json"), ",")
	}
	return keys
}

// The keys that the reader knows, by where they stand.
var (
	scenarioKeys = keysOf[ScenarioForm]()
	startKeys    = keysOf[StartForm]()
	ruleKeys     = keysOf[RuleForm]()
	stepKeys     = keysOf[StepForm]()
	wayKeys      = keysOf[WayForm]()
	waitForKeys  = keysOf[WaitForForm]()
	messageKeys  = keysOf[MessageForm]()
	anchorKeys   = keysOf[AnchorForm]()
	allKeys      = keysOf[AllForm]()
	windowKeys   = keysOf[WindowForm]()
)

// wordsOf lists a closed set as the file writes it.
func wordsOf[Word ~string](set []Word) []string {
	words := make([]string, len(set))
	for i, word := range set {
		words[i] = string(word)
	}
	return words
}
