package handlers

import (
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"kagobell/scenarios"
)

// outcome is what became of the events of one post.
type outcome struct {
	Accepted   int               `json:"accepted"`
	Duplicates int               `json:"duplicates"`
	Rejected   []rejectedOutcome `json:"rejected"`
}

type rejectedOutcome struct {
	Index  int                    `json:"index"`
	ID     string                 `json:"id"`
	Errors []scenarios.FieldError `json:"errors"`
}

// The answers to a single event, which is what most posts are.
var (
	oneAccepted  = []byte(`{"accepted":1,"duplicates":0,"rejected":[]}`)
	oneDuplicate = []byte(`{"accepted":0,"duplicates":1,"rejected":[]}`)
)

func newOutcome(rejected []scenarios.RejectedEvent) *outcome {
	out := &outcome{Rejected: make([]rejectedOutcome, 0, len(rejected))}
	for _, r := range rejected {
		out.Rejected = append(out.Rejected, rejectedOutcome{r.Index, r.ID, r.Errors})
	}
	return out
}

// count adds what became of the valid events and returns those that could not be decided.
func (out *outcome) count(events []*scenarios.Event, results []scenarios.Result) (failed []undecided) {
	places := places(len(events), out.Rejected)
	for i := range results {
		switch {
		case results[i].Err != nil:
			failed = append(failed, undecided{places(i), events[i], results[i].Err})
		case results[i].Duplicate:
			out.Duplicates++
		default:
			out.Accepted++
		}
	}
	for _, f := range failed {
		out.Rejected = append(out.Rejected, rejectedOutcome{f.index, f.event.ID, []scenarios.FieldError{
			{Message: "could not be decided: kept as a dead letter, which can be replayed"}}})
	}
	slices.SortStableFunc(out.Rejected, func(a, b rejectedOutcome) int { return a.Index - b.Index })
	return failed
}

// places finds the index that the i-th valid event had in the post.
func places(valid int, rejected []rejectedOutcome) func(i int) int {
	if len(rejected) == 0 {
		return func(i int) int { return i }
	}
	taken := make(map[int]bool, len(rejected))
	for _, r := range rejected {
		taken[r.Index] = true
	}
	index := make([]int, 0, valid)
	for at := 0; len(index) < valid; at++ {
		if !taken[at] {
			index = append(index, at)
		}
	}
	return func(i int) int { return index[i] }
}

// allRejected tells whether there was something, and all of it was refused.
func (out *outcome) allRejected() bool {
	return out.Accepted == 0 && out.Duplicates == 0 && len(out.Rejected) > 0
}

// write answers 202, or 422 when all was refused.
func (out *outcome) write(c *gin.Context) (status int, err error) {
	switch {
	case out.allRejected():
		return out.writeRejected(c), nil
	case len(out.Rejected) == 0 && out.Accepted == 1 && out.Duplicates == 0:
		c.Data(http.StatusAccepted, jsonType, oneAccepted)
	case len(out.Rejected) == 0 && out.Accepted == 0 && out.Duplicates == 1:
		c.Data(http.StatusAccepted, jsonType, oneDuplicate)
	default:
		err = writeJSON(c, http.StatusAccepted, out)
	}
	return http.StatusAccepted, err
}

func (out *outcome) writeRejected(c *gin.Context) (status int) {
	p := problem(http.StatusUnprocessableEntity, "no event could be accepted; they are kept as dead letters")
	p.Instance = c.Request.URL.EscapedPath()
	writeProblemBody(c, p, struct {
		*Problem
		*outcome
	}{p, out})
	return p.Status
}
