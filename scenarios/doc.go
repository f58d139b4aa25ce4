// Package scenarios is the core of Kagobell: the domain types, the scenario
// definitions, the engine that decides what is sent to whom and when, and the
// simulator that replays a history on a virtual clock.
//
// It is pure. It does no I/O, writes no log, draws no random number and never
// asks what time it is: the clock is an argument. Everything in it is a value
// that goes in or a value that comes out:
//
//	Snapshot + Work + now  --Engine.Decide-->  Decision
//
// A Work is one thing to decide (an event, a due run, the outcome of a
// transmission, a buyer reached by a catalogue change). The Decision says what
// to save and what to do afterwards. Whoever calls it saves first and acts
// after. The simulator, the worker and the tests run this same code, so a dry
// run is a promise.
//
// All times are UTC unless a name says otherwise; durations of definitions that
// are written in days are calendar days in the shop's time zone.
package scenarios
