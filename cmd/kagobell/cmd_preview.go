package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"kagobell/channels"
	"kagobell/scenarios"
)

// previewFlags are the words of a call.
type previewFlags struct {
	buyer, out, lang string
}

func newPreviewCommand(a *app) *cobra.Command {
	var f previewFlags
	command := &cobra.Command{
		Use:   "preview SCENARIO STEP",
		Short: "Write a step's messages as files, to look at (配信内容をファイルで確認)",
		Long: "Renders the messages of one step, of a scenario that ships or of scenarios_dir, with an example buyer and\n" +
			"example items, or with those of a JSON file, and writes a file for each kind: HTML, text, LINE's Flex JSON,\n" +
			"the words of a letter. Nothing is sent, and no database is opened. The links lead nowhere.",
		Example: "  kagobell preview cart_abandonment first\n" +
			"  kagobell preview favorite_price_drop first --buyer buyer.json --lang en --out /tmp/look",
		Args: cobra.ExactArgs(2),
		RunE: func(command *cobra.Command, args []string) error {
			return a.preview(command, args[0], args[1], f)
		},
	}
	flags := command.Flags()
	flags.StringVar(&f.buyer, "buyer", "", "JSON `FILE` of a buyer as in webhooks, and what else is known; - for standard input")
	flags.StringVar(&f.out, "out", "preview", "`DIR` to write to, made where it is missing")
	flags.StringVar(&f.lang, "lang", "", "ja or en (default the buyer's locale)")
	return command
}

func (a *app) preview(command *cobra.Command, scenario, step string, f previewFlags) error {
	if f.lang != "" && f.lang != "ja" && f.lang != "en" {
		return usageError{fmt.Sprintf("--lang: expected ja or en, got %q", f.lang)}
	}
	cfg, err := a.loadConfig()
	if err != nil {
		return err
	}
	p, err := newPreview(cfg)
	if err != nil {
		return err
	}
	if err := p.choose(scenario, step); err != nil {
		return err
	}
	if p.shown, err = a.readPreviewBuyer(f.buyer); err != nil {
		return err
	}
	if f.lang != "" {
		p.shown.buyer.Locale = f.lang
	}
	files, err := p.render(command.Context(), time.Now())
	if err != nil {
		return err
	}
	return writePreview(a.stdout, f.out, files)
}

// preview is what one step's messages are made of.
type preview struct {
	cfg         *config
	templates   *channels.Templates
	definitions []*scenarios.Definition
	engine      *scenarios.Engine

	definition *scenarios.Definition
	step       *scenarios.Step
	shown      previewed
}

func newPreview(cfg *config) (*preview, error) {
	templates, err := channels.LoadTemplates(cfg.TemplatesDir, cfg.TimeZone)
	if err != nil {
		return nil, err
	}
	definitions, err := loadDefinitions(cfg, templates, cfg.ScenariosDir)
	if err != nil {
		return nil, err
	}
	settings, err := engineSettings(cfg)
	if err != nil {
		return nil, err
	}
	engine := scenarios.NewEngine(settings, definitions, nil)
	return &preview{cfg: cfg, templates: templates, definitions: definitions, engine: engine}, nil
}

// choose finds the scenario and the step by their names.
func (p *preview) choose(scenario, step string) error {
	var names []string
	for _, d := range p.definitions {
		names = append(names, d.Name)
		if d.Name == scenario {
			p.definition = d
		}
	}
	if p.definition == nil {
		return fmt.Errorf("there is no scenario %q%s", scenario, didYouMeanOr(scenario, names))
	}
	if p.step = p.definition.Step(step); p.step == nil {
		var ids []string
		for i := range p.definition.Steps {
			if len(p.definition.Steps[i].Send) > 0 { // branches and waits have nothing to show
				ids = append(ids, p.definition.Steps[i].ID)
			}
		}
		return fmt.Errorf("the scenario %s has no step %q%s", scenario, step, didYouMeanOr(step, ids))
	}
	if len(p.step.Send) == 0 {
		return fmt.Errorf("the step %s of %s sends nothing", step, scenario)
	}
	return nil
}

// didYouMeanOr names the word that was probably meant, else all that there are.
func didYouMeanOr(word string, words []string) string {
	if near := didYouMean(word, words); near != "" {
		return near
	}
	if len(words) == 0 {
		return ""
	}
	return "; there are " + strings.Join(words, ", ")
}
