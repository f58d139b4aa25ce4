package scenarios

import "github.com/goccy/go-yaml/token"

// maxNesting is how deep lists and mappings may lie within each other: a branch takes four levels, so some sixty branches
// within each other. The time that the parser takes grows with more than the square of the depth: 1,000 branches take it
// seconds, a file full of brackets for ever.
const maxNesting = 256

// tooDeep is the token with which a file becomes too deep for the parser; nil when none does. Brackets are counted, and
// what opens a level in the same line; levels that are made by indentation are bounded by the size of a file.
func tooDeep(tokens token.Tokens) *token.Token {
	line, levels := 0, 0
	var brackets []int // the levels where each was opened
	for _, tk := range tokens {
		if len(brackets) == 0 && tk.Position.Line != line {
			line, levels = tk.Position.Line, 0
		}
		switch tk.Type {
		case token.SequenceStartType, token.MappingStartType:
			brackets = append(brackets, levels)
		case token.SequenceEndType, token.MappingEndType:
			if last := len(brackets) - 1; last >= 0 {
				brackets, levels = brackets[:last], brackets[last]
			}
		case token.CollectEntryType: // a comma: the next entry is no deeper
			if last := len(brackets) - 1; last >= 0 {
				levels = brackets[last]
			}
		case token.SequenceEntryType, token.MappingKeyType, token.MappingValueType, token.AnchorType, token.TagType:
			levels++
		}
		if len(brackets) > maxNesting || levels > maxNesting {
			return tk
		}
	}
	return nil
}
