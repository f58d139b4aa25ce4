package scenarios

import (
	"embed"
	"fmt"
	"path"
)

//go:embed builtin/*.yaml
var builtinFolder embed.FS

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
