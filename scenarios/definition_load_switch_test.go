package scenarios

import "testing"

func TestTwoLinesSwitchWhatShips(t *testing.T) {
	builtIn := func(name, rest string) DefinitionFile {
		text := "name: " + name + "\ntitle: ships\nstart: {on: cart.updated}\nsteps: [{id: first, send: email, template: cart_first}]\n" + rest
		return DefinitionFile{Path: "builtin/" + name + ".yaml", Text: []byte(text), BuiltIn: true}
	}
	shop := func(path, text string) DefinitionFile { return DefinitionFile{Path: path, Text: []byte(text)} }
	definitions, found := LoadDefinitions([]DefinitionFile{
		builtIn("course", "enabled: false\n"), builtIn("cart", ""), builtIn("winback", "enabled: false\n"),
		shop("shop/on.yaml", "# from spring on\nenabled: true\nname: course\n"),
		shop("shop/off.yaml", "name: cart\nenabled: false\n"),
		shop("shop/again.yaml", "name: cart\nenabled: true\n"),
		shop("shop/typo.yaml", "name: winbak\nenabled: true\n"),
		shop("shop/nobody.yaml", "name: something_else\nenabled: false\n"),
	}, testChecks())
	const want = `shop/again.yaml:1:7: the name cart is taken already, by shop/off.yaml
    name: cart
          ^
shop/typo.yaml:1:7: no scenario winbak ships that could be switched on, did you mean winback?
    name: winbak
          ^
shop/nobody.yaml:1:7: no scenario something_else ships that could be switched off: expected one of those that ship, or start and steps beside the name
    name: something_else
          ^`
	if got := mistakeLines(found); got != want {
		t.Errorf("mistakes:\n%s\nwant:\n%s", got, want)
	}
	on := map[string]bool{"course": true, "cart": false, "winback": false}
	if len(definitions) != len(on) {
		t.Fatalf("%d definitions, want %d", len(definitions), len(on))
	}
	for _, d := range definitions {
		if d.Title != "ships" || len(d.Steps) != 1 || d.Enabled != on[d.Name] {
			t.Errorf("%s: %q with %d steps, enabled %t", d.Name, d.Title, len(d.Steps), d.Enabled)
		}
	}
}

// TestOffAsksForNothing: a scenario that is switched off makes the engine remember nothing of buyers.
func TestOffAsksForNothing(t *testing.T) {
	on := loadOne(t, `
name: winback
start: {on_date: account.last_order_at, per: account, when: viewed("price")}
steps: [{wait_for: {on: page.viewed, up_to: 1d}}, {id: a, send: email, template: cart_first}]`)
	off := *on
	off.Enabled = false
	for _, d := range []*Definition{on, &off} {
		e := NewEngine(Settings{}, []*Definition{d}, []*Definition{on})
		if e.dated != d.Enabled || len(e.watched) > 0 != d.Enabled || len(e.waiting) > 0 != d.Enabled {
			t.Errorf("enabled %t: dated %t, watched %v, waiting %v", d.Enabled, e.dated, e.watched, e.waiting)
		}
		if e.removed("winback") == d.Enabled {
			t.Errorf("enabled %t: removed %t", d.Enabled, !d.Enabled)
		}
	}
}
