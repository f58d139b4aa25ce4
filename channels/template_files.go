package channels

import (
	"maps"
	"slices"
)

// TemplateFile is the text of a template, and where it was found. Line endings
// are "\n".
type TemplateFile struct{ Path, Text string }

// Files are all templates in use, in the order of their names.
func (t *Templates) Files() []TemplateFile {
	files := make([]TemplateFile, 0, len(t.sources))
	for _, name := range slices.Sorted(maps.Keys(t.sources)) {
		files = append(files, TemplateFile{t.sources[name].path, t.sources[name].text})
	}
	return files
}
