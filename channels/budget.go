package channels

import (
	"bytes"
	"errors"
	"fmt"
	"time"
)

// renderWithin is how long one message may take, all its parts together. Most
// take a tenth of a millisecond.
const renderWithin = 2 * time.Second

var errTooSlow = errors.New("it was still running after " + renderWithin.String())

// stopwatch ends a rendering that goes on for too long. text/template can't be
// interrupted from outside; but it stops at the first write that fails, and
// withTicks makes every turn of a loop write.
type stopwatch struct {
	now    func() time.Time
	ends   time.Time
	writes int
}

func newStopwatch(now func() time.Time) *stopwatch {
	return &stopwatch{now: now, ends: now().Add(renderWithin)}
}

// lookEvery is how many writes pass between two looks at the clock.
const lookEvery = 16

func (s *stopwatch) check() error {
	if s.writes++; s.writes%lookEvery == 0 && s.now().After(s.ends) {
		return errTooSlow
	}
	return nil
}

// output is where a template writes to: up to a size, and in time.
type output struct {
	*bytes.Buffer
	most int
	left *stopwatch
}

func (o output) Write(p []byte) (int, error) {
	if o.Len()+len(p) > o.most {
		return 0, fmt.Errorf("more than %d KiB come out", o.most>>10)
	}
	if err := o.left.check(); err != nil {
		return 0, err
	}
	return o.Buffer.Write(p)
}
