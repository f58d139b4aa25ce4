package scenarios

import (
	"embed"
	"fmt"
	"path"
)

//go:embed builtin/*.yaml
var builtinFolder embed.FS

//go:embed builtin_scores.yaml
var builtinScores []byte

// BuiltinScores are the scores that ship: an example, switched off.
func BuiltinScores() DefinitionFile {
	return DefinitionFile{Path: "builtin_scores.yaml", Text: builtinScores, BuiltIn: true}
}

// BuiltinFiles are the definitions that ship, in the order of their names.
func BuiltinFiles() ([]DefinitionFile, error) {
	entries, err := builtinFolder.ReadDir("builtin")
	if err != nil {
		return nil, fmt.Errorf("built-in scenarios: %w", err)
	}
	var files []DefinitionFile
	for _, entry := range entries {
		name := path.Join("builtin", entry.Name())
		text, err := builtinFolder.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("built-in scenario %s: %w", name, err)
		}
		files = append(files, DefinitionFile{Path: name, Text: text, BuiltIn: true})
	}
	return files, nil
}
