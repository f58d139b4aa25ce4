package scenarios

// Step finds a step by its id, wherever it stands; nil when there is none.
func (d *Definition) Step(id string) *Step {
	step, _ := d.step(id)
	return step
}
