package scenarios

// ScoresForm is scores.yaml as it is written; see definition_form.go.
type ScoresForm struct {
	Enabled  bool            `json:"enabled" jsonschema:"default=true" jsonschema_description:"false で停止 / false: nothing scores"`
	HalfLife Duration        `json:"half_life" jsonschema_description:"点数が半分になるまで / The time in which points fade to half"`
	Rules    []ScoreRuleForm `json:"rules" jsonschema:"maxItems=200" jsonschema_description:"何に何点か / What each event is worth"`
	Marks    []MarkForm      `json:"marks" jsonschema:"maxItems=20" jsonschema_description:"到達を知らせる点数 / Marks that are told when they are reached"`
}

// ScoreRuleForm is a rule of scores.yaml.
type ScoreRuleForm struct {
	On     EventTypeText `json:"on" jsonschema:"required" jsonschema_description:"点になるイベント / The event that scores"`
	When   *Condition    `json:"when" jsonschema_description:"点になる条件 / A condition on that event"`
	Add    float64       `json:"add" jsonschema:"minimum=-1000000,maximum=1000000,oneof_required=add" jsonschema_description:"加える点 / Points to add"`
	Set    float64       `json:"set" jsonschema:"minimum=0,maximum=1000000,oneof_required=set" jsonschema_description:"この点にする / Points to set"`
	AtMost float64       `json:"at_most" jsonschema:"minimum=0,maximum=1000000" jsonschema_description:"この規則で一日に加わる上限 / The most that this rule adds in a day"`
	Title  TitleText     `json:"title" jsonschema_description:"画面に出る題名 / Shown to people"`
}

// MarkForm is a mark of scores.yaml.
type MarkForm struct {
	Name NameText `json:"name" jsonschema:"required" jsonschema_description:"しきい値の名前 / Its name"`
	At   float64  `json:"at" jsonschema:"required,minimum=1,maximum=1000000" jsonschema_description:"到達とみなす点 / Reached at so many points"`
	Cool float64  `json:"cool" jsonschema:"minimum=0,maximum=1000000" jsonschema_description:"これを下回るまで再び知らせない / Told again only after falling below; half of at when left out"`
}

var (
	scoresKeys    = keysOf[ScoresForm]()
	scoreRuleKeys = keysOf[ScoreRuleForm]()
	markKeys      = keysOf[MarkForm]()
)
