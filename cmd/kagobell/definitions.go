package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"kagobell/channels"
	"kagobell/scenarios"
)

// definitionMistakes is everything wrong in the scenario files, as one error: a line for each, with the line it is in.
type definitionMistakes []scenarios.Mistake

func (ms definitionMistakes) Error() string {
	lines := make([]string, len(ms))
	for i, m := range ms {
		lines[i] = m.String()
	}
	return strings.Join(lines, "\n")
}

// loadDefinitions reads the scenarios that ship and those in the folders given; a later folder's scenario replaces an
// earlier one of the same name. The error is definitionMistakes, or that a file can't be read.
func loadDefinitions(cfg *config, templates *channels.Templates, folders ...string) ([]*scenarios.Definition, error) {
	files, err := scenarioFiles(folders)
	if err != nil {
		return nil, err
	}
	checks := scenarios.Checks{}
	if templates != nil { // else nobody knows which there are
		checks.HasTemplate, checks.Templates, checks.CheckMessage = templates.HasTemplate, templates.Names(), templates.CheckInline
	}
	if hours, wrong := cfg.Window.window(); len(wrong) == 0 {
		checks.BusinessHours = &hours
	}
	definitions, wrong := scenarios.LoadDefinitions(files, checks)
	if len(wrong) > 0 {
		return nil, definitionMistakes(wrong)
	}
	return definitions, nil
}

// scenarioFiles lists the files that ship, then those of the folders.
func scenarioFiles(folders []string) ([]scenarios.DefinitionFile, error) {
	files, err := scenarios.BuiltinFiles()
	if err != nil {
		return nil, err
	}
	for _, folder := range folders {
		if folder == "" {
			continue
		}
		own, err := filesIn(folder)
		if err != nil {
			return nil, err
		}
		files = append(files, own...)
	}
	return files, nil
}

func filesIn(folder string) ([]scenarios.DefinitionFile, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, fmt.Errorf("scenarios: %w", err)
	}
	var files []scenarios.DefinitionFile
	for _, entry := range entries {
		if entry.Name() == scenarios.ScoresFile { // read by loadScores
			continue
		}
		if entry.IsDir() || strings.HasPrefix(entry.Name(), ".") || !slices.Contains([]string{".yaml", ".yml"}, filepath.Ext(entry.Name())) {
			continue
		}
		name := filepath.Join(folder, entry.Name())
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("scenarios: %w", err)
		}
		files = append(files, scenarios.DefinitionFile{Path: name, Text: text})
	}
	return files, nil
}

// loadScores reads scores.yaml of the last folder that has one, else the one that ships. The error is
// definitionMistakes, or that the file can't be read.
func loadScores(folders ...string) (*scenarios.Scores, error) {
	file := scenarios.BuiltinScores()
	for _, folder := range folders {
		if folder == "" {
			continue
		}
		name := filepath.Join(folder, scenarios.ScoresFile)
		text, err := os.ReadFile(name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return nil, fmt.Errorf("scores: %w", err)
		}
		file = scenarios.DefinitionFile{Path: name, Text: text}
	}
	scores, wrong := scenarios.LoadScores(file)
	if len(wrong) > 0 {
		return nil, definitionMistakes(wrong)
	}
	return scores, nil
}

// engineSettings are the shop's settings as the core wants them.
func engineSettings(cfg *config) (scenarios.Settings, error) {
	window, wrong := cfg.Window.window()
	if len(wrong) > 0 {
		return scenarios.Settings{}, errors.Join(wrong...)
	}
	return scenarios.Settings{
		Zone: cfg.TimeZone, Window: window, CapPerDay: cfg.Caps.PerDay, Speed: cfg.Speed, Horizon: cfg.Horizon,
		Paused: cfg.Paused, TellLeads: cfg.HotList.WebhookURL != "", DMCutOff: cfg.DM.CutOff, DMDailyCap: cfg.DM.DailyCap,
	}, nil
}

// inlineOf finds the messages that stand in the steps of definitions, of whatever version.
func inlineOf(engine *scenarios.Engine) func(scenario, version, step string) *scenarios.InlineMessage {
	return func(scenario, version, step string) *scenarios.InlineMessage {
		if d := engine.Definition(scenario, version); d != nil {
			if found := d.Step(step); found != nil {
				return found.Message
			}
		}
		return nil
	}
}

func fromOf(s senderConfig) channels.From {
	return channels.From{Name: s.Name, Email: s.Email, ReplyTo: s.ReplyTo, Company: s.Company, Address: s.Address,
		ContactURL: s.ContactURL}
}
