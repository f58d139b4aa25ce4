package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"kagobell/channels"
	"kagobell/scenarios"
)

// definitionMistakes is everything wrong in the scenario files, as one error.
type definitionMistakes []scenarios.Mistake

func (m definitionMistakes) Error() string {
	lines := make([]string, len(m))
	for i, one := range m {
		lines[i] = one.String()
	}
	return strings.Join(lines, "\n")
}

// loadDefinitions reads the scenarios that ship and those of each folder; a later folder's scenario takes the place of
// one with the same name that ships. templates may be nil: then nobody asks whether a template exists. What is wrong in
// the files comes back as definitionMistakes.
func loadDefinitions(c *config, templates *channels.Templates, folders ...string) ([]*scenarios.Definition, error) {
	files, err := scenarios.BuiltinFiles()
	if err != nil {
		return nil, err
	}
	for _, folder := range folders {
		if folder == "" {
			continue
		}
		own, err := definitionFiles(folder)
		if err != nil {
			return nil, err
		}
		files = append(files, own...)
	}
	definitions, found := scenarios.LoadDefinitions(files, definitionChecks(c, templates))
	if len(found) > 0 {
		return nil, definitionMistakes(found)
	}
	return definitions, nil
}

func definitionChecks(c *config, templates *channels.Templates) scenarios.Checks {
	var checks scenarios.Checks
	if hours, wrong := c.Window.window(); len(wrong) == 0 {
		checks.BusinessHours = &hours
	}
	if templates != nil {
		checks.HasTemplate, checks.Templates, checks.CheckMessage = templates.HasTemplate, templates.Names(), templates.CheckInline
	}
	return checks
}

// definitionFiles reads the YAML files of a folder, in the order of their names. Hidden files are left alone.
func definitionFiles(folder string) ([]scenarios.DefinitionFile, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, fmt.Errorf("scenarios: %w", err)
	}
	var files []scenarios.DefinitionFile
	for _, entry := range entries {
		extension := filepath.Ext(entry.Name())
		if entry.IsDir() || entry.Name()[0] == '.' || extension != ".yaml" && extension != ".yml" {
			continue
		}
		path := filepath.Join(folder, entry.Name())
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("scenarios: %w", err)
		}
		files = append(files, scenarios.DefinitionFile{Path: path, Text: text})
	}
	return files, nil
}
