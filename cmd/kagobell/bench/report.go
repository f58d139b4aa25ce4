package bench

import (
	"runtime"
	"slices"
	"time"
)

// Report is what a measurement came to.
type Report struct {
	Kind      string         `json:"bench"`
	At        time.Time      `json:"at"`
	Machine   Machine        `json:"machine"`
	Settings  map[string]any `json:"settings"`
	Figures   []*Figure      `json:"figures"`
	Processes []Process      `json:"processes"`
	Answers   map[string]int `json:"answers,omitempty"` // requests, by HTTP status; "none" where none came
	Checks    []Check        `json:"checks,omitempty"`
	Notes     []Note         `json:"notes,omitempty"`
	Pictures  []Picture      `json:"pictures,omitempty"`
}

// Machine is where it was measured.
type Machine struct {
	OS   string `json:"os"`
	Arch string `json:"arch"`
	CPUs int    `json:"cpus"`
	Go   string `json:"go"`
}

// Words are Japanese and English.
type Words struct {
	JA string `json:"ja"`
	EN string `json:"en"`
}

// Figure is one number, with what it should be and what it can be compared with.
type Figure struct {
	Name string `json:"name"` // of the measurement and the figure: single.rate
	Words
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
	Goal  *Goal   `json:"goal,omitempty"`
	// Of names ceilings of the same run; the value is that part of each. A ceiling is a Figure too.
	Of      map[string]float64 `json:"of,omitempty"`
	Ceiling bool               `json:"ceiling,omitempty"`
}

// Goal is what should be reached on 2 cores, with everything on them.
type Goal struct {
	AtLeast *float64 `json:"at_least,omitempty"`
	AtMost  *float64 `json:"at_most,omitempty"`
	OrShare *Share   `json:"or_share,omitempty"` // is as good
	Met     bool     `json:"met"`
}

// Share is a part of a ceiling.
type Share struct {
	Ceiling string  `json:"ceiling"`
	AtLeast float64 `json:"at_least"`
}

// Process is what one of the processes used while it was measured.
type Process struct {
	Name string `json:"name"`
	Words
	Phase      string  `json:"phase"`
	CPUSeconds float64 `json:"cpu_seconds"`
	Cores      float64 `json:"cores"`                // CPU seconds a second
	PeakBytes  int64   `json:"peak_bytes,omitempty"` // resident memory at most, since its start
}

// Check is something that has to hold at the end, whatever the speed.
type Check struct {
	Words
	Holds  bool   `json:"holds"`
	Detail string `json:"detail,omitempty"`
}

// Note says how something was measured, or what went wrong.
type Note = Words

// Picture is a figure over time.
type Picture struct {
	Words
	Unit   string    `json:"unit"`
	Every  float64   `json:"every_seconds"`
	Values []float64 `json:"values"`
}

func newReport(kind string, o *Options, s *stage) *Report {
	r := &Report{Kind: kind, At: time.Now().UTC(), Answers: map[string]int{},
		Machine: Machine{OS: runtime.GOOS, Arch: runtime.GOARCH, CPUs: runtime.NumCPU(), Go: runtime.Version()},
		Settings: map[string]any{"for_seconds": o.For.Seconds(), "open_runs": o.OpenRuns, "buyers": o.Buyers, "connections": o.Connections,
			"smtp_pool": o.Pool, "seed": o.Seed}}
	if s.mariadb != nil {
		r.Settings["mariadb"] = append([]string{"innodb-buffer-pool-size=" + o.BufferPool}, mariadbSettings...)
	}
	if s.redis != nil {
		r.Settings["redis"] = []string{"appendonly=yes"}
	}
	return r
}

// add appends a figure.
func (r *Report) add(name, ja, en string, value float64, unit string) *Figure {
	f := &Figure{Name: name, Words: Words{ja, en}, Value: value, Unit: unit}
	r.Figures = append(r.Figures, f)
	return f
}

func (f *Figure) atLeast(goal float64) *Figure {
	f.Goal = &Goal{AtLeast: &goal, Met: f.Value >= goal}
	return f
}

// orShare says what part of a ceiling is as good as the goal.
func (f *Figure) orShare(ceiling string, atLeast float64) *Figure {
	f.Goal.OrShare = &Share{ceiling, atLeast}
	f.Goal.Met = f.Goal.Met || f.Of[ceiling] >= atLeast
	return f
}

func (f *Figure) atMost(goal float64) *Figure {
	f.Goal = &Goal{AtMost: &goal, Met: f.Value <= goal}
	return f
}

// of compares a figure with ceilings.
func (f *Figure) of(ceilings ...*Figure) *Figure {
	for _, c := range ceilings {
		if c == nil || c.Value == 0 {
			continue
		}
		if f.Of == nil {
			f.Of = map[string]float64{}
		}
		f.Of[c.Name] = f.Value / c.Value
	}
	return f
}

func (r *Report) ceiling(name, ja, en string, value float64, unit string) *Figure {
	f := r.add(name, ja, en, value, unit)
	f.Ceiling = true
	return f
}

// check adds what has to hold.
func (r *Report) check(ja, en string, holds bool, detail string) {
	r.Checks = append(r.Checks, Check{Words{ja, en}, holds, detail})
}

func (r *Report) note(ja, en string) { r.Notes = append(r.Notes, Note{ja, en}) }

// percentile of durations, in milliseconds; the list is sorted by it.
func percentile(list []time.Duration, p float64) float64 {
	if len(list) == 0 {
		return 0
	}
	slices.Sort(list)
	at := min(int(float64(len(list))*p), len(list)-1)
	return float64(list[at].Microseconds()) / 1000
}

// percentiles adds p50, p95 and p99 and returns the last.
func (r *Report) percentiles(name, ja, en string, list []time.Duration) *Figure {
	r.add(name+".p50", ja+" p50", en+" p50", percentile(list, .50), "ms")
	r.add(name+".p95", ja+" p95", en+" p95", percentile(list, .95), "ms")
	return r.add(name+".p99", ja+" p99", en+" p99", percentile(list, .99), "ms")
}
