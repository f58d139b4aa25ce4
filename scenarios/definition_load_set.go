package scenarios

import "slices"

// definitionSet is the definitions of all files, one for each name.
type definitionSet struct {
	definitions []*Definition
	origins     []DefinitionFile // of each definition
	taken       map[string]int   // scenario name: its index in definitions
}

// add takes the definition of one more file in. A file of the shop takes the place of the one that ships; one that
// says nothing but name and enabled leaves it as it is, and switches it on or off.
func (s *definitionSet) add(r *definitionReader, d *Definition) {
	i, again := s.taken[d.Name]
	switch {
	case !again && r.switches:
		r.mistake(r.nameAt, "no scenario %s ships that could be switched %s%s", d.Name, onOff(d.Enabled),
			orElse(didYouMean(d.Name, s.shipped()), ": expected one of those that ship, or start and steps beside the name"))
	case !again:
		s.taken[d.Name] = len(s.definitions)
		s.definitions, s.origins = append(s.definitions, d), append(s.origins, r.file)
	case s.origins[i].BuiltIn == r.file.BuiltIn:
		r.mistake(r.nameAt, "the name %s is taken already, by %s", d.Name, s.origins[i].Path)
	case s.origins[i].BuiltIn && r.switches:
		s.definitions[i].Enabled, s.origins[i] = d.Enabled, r.file
	case s.origins[i].BuiltIn:
		s.definitions[i], s.origins[i] = d, r.file
	}
}

// shipped lists the names that can be switched.
func (s *definitionSet) shipped() []string {
	var names []string
	for i, d := range s.definitions {
		if s.origins[i].BuiltIn {
			names = append(names, d.Name)
		}
	}
	slices.Sort(names)
	return names
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}
