package scenarios

import "time"

// Engine decides. It holds the definitions and the shop's settings, and no
// state: the same Snapshot, Work and time give the same Decision.
type Engine struct {
	settings Settings
	current  map[string]*Definition            // by name
	versions map[string]map[string]*Definition // by name and version: runs end on the one they began with
	order    []*Definition                     // current ones, strongest first
}
