package scenarios

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/goccy/go-yaml/ast"
)

// versionOf names the content of a scenario file: comments, spaces, quotes and the order of keys make no difference, nor
// does `enabled`, so that a scenario that is switched on again is the one it was.
func versionOf(root ast.Node) string {
	content := normalised(root)
	if fields, ok := content.(map[string]any); ok {
		delete(fields, "enabled")
	}
	text, err := json.Marshal(content) // writes keys in order
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:6])
}

func normalised(node ast.Node) any {
	switch n := node.(type) {
	case *ast.MappingNode:
		fields := map[string]any{}
		for _, pair := range n.Values {
			if value := normalised(pair.Value); value != nil {
				fields[pair.Key.GetToken().Value] = value
			}
		}
		return fields
	case *ast.SequenceNode:
		entries := make([]any, len(n.Values))
		for i, entry := range n.Values {
			entries[i] = normalised(entry)
		}
		return entries
	case *ast.LiteralNode:
		return n.Value.Value
	case *ast.NullNode, nil:
		return nil
	}
	return node.GetToken().Value
}
