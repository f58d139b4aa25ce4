package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"kagobell/channels"
	"kagobell/scenarios"
)

func newCheckCommand(a *app) *cobra.Command {
	var links bool
	var schema string
	command := &cobra.Command{
		Use:   "check",
		Short: "Validate configuration, scenarios and templates (設定・シナリオ・テンプレートを検査)",
		Long: "Reads the configuration, the scenarios (those that ship and those of scenarios_dir), its scores.yaml, and the\n" +
			"templates (those that ship and those of templates_dir), and prints every mistake as file:line:column: message,\n" +
			"with the line.\n" +
			"Exits with 1 if there is any.\n\n" +
			"With --links it also visits every http(s) address that templates and scenarios contain, and prints the dead\n" +
			"ones. Addresses that are not on the public internet are refused; those made of placeholders are counted.\n\n" +
			"With --schema it prints the JSON Schema of scenario files instead (--schema=scores: of scores.yaml), by which editors\n" +
			"complete and underline.",
		Example: "  kagobell check --links\n  kagobell check --schema > scenario.schema.json",
		Args:    cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			if schema != "" {
				return a.printSchema(schema)
			}
			cfg, templates, err := a.check()
			if err != nil || !links {
				return err
			}
			return a.checkLinks(command.Context(), newLinkVisitor(publicOnly), cfg, templates)
		},
	}
	command.Flags().BoolVar(&links, "links", false, "visit the addresses in templates and scenarios (リンク切れを検査)")
	command.Flags().StringVar(&schema, "schema", "", "print the JSON Schema of scenario files, or =scores of scores.yaml (JSON Schema を出力)")
	command.Flags().Lookup("schema").NoOptDefVal = schemaOfScenario
	return command
}

func (a *app) printSchema(of string) error {
	schema, err := fileSchema(of)
	if err != nil {
		return err
	}
	_, err = a.stdout.Write(schema)
	return err
}

// check goes on after the mistakes of one part, to find those of the others. They are what the command is asked for,
// so they go to standard output.
func (a *app) check() (*config, *channels.Templates, error) {
	cfg, wrong, err := readConfig(a.configFile, a.environ)
	if err != nil {
		return nil, nil, err
	}
	count := len(wrong)
	for _, one := range wrong {
		fmt.Fprintln(a.stdout, one)
	}
	templates, err := channels.LoadTemplates(cfg.TemplatesDir, cfg.TimeZone)
	if err := a.reportCheck(err, &count); err != nil {
		return nil, nil, err
	}
	definitions, err := loadDefinitions(cfg, templates, cfg.ScenariosDir)
	if err := a.reportCheck(err, &count); err != nil {
		return nil, nil, err
	}
	scores, err := loadScores(cfg.ScenariosDir)
	if err := a.reportCheck(err, &count); err != nil {
		return nil, nil, err
	}
	if count > 0 {
		return nil, nil, fmt.Errorf("mistakes found: %d", count)
	}
	for _, warning := range cfg.warnings() {
		fmt.Fprintln(a.stderr, "kagobell:", warning)
	}
	for _, warning := range templates.Warnings() {
		fmt.Fprintln(a.stderr, "kagobell:", warning)
	}
	fmt.Fprintf(a.stdout, "OK: %s, %d templates%s\n", countedScenarios(definitions), len(templates.Names()), countedScores(scores))
	return cfg, templates, nil
}

// reportCheck prints what is wrong in files; any other error comes back.
func (a *app) reportCheck(err error, count *int) error {
	var inTemplates channels.Mistakes
	var inDefinitions definitionMistakes
	switch {
	case err == nil:
		return nil
	case errors.As(err, &inTemplates):
		*count += len(inTemplates)
	case errors.As(err, &inDefinitions):
		*count += len(inDefinitions)
	default:
		return err
	}
	fmt.Fprintln(a.stdout, err)
	return nil
}

// countedScores says nothing of scores that are switched off.
func countedScores(scores *scenarios.Scores) string {
	switch {
	case !scores.Enabled:
		return ""
	case len(scores.Rules) == 1:
		return ", 1 score rule"
	}
	return fmt.Sprintf(", %d score rules", len(scores.Rules))
}

func countedScenarios(definitions []*scenarios.Definition) string {
	off := 0
	for _, d := range definitions {
		if !d.Enabled {
			off++
		}
	}
	if off == 0 {
		return fmt.Sprintf("%d scenarios", len(definitions))
	}
	return fmt.Sprintf("%d scenarios (%d of them switched off)", len(definitions), off)
}
