package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"kagobell/scenarios"
)

// readBatch is a part of a history, read and checked while the simulator is at work on the one before.
type readBatch struct {
	lines  []readLine
	offset int64 // bytes of the history read up to its end
	err    error // why reading ended early
}

// readLine is one event, or what is wrong with lines that hold none.
type readLine struct {
	event   *scenarios.Event // nil: refused
	again   bool             // it came before
	refused int              // lines
	said    string           // about them, for standard error
}

// historyReader reads a history, and tells the events that it has again.
type historyReader struct {
	*history
	seen *scenarios.EventsSeen
}

// Reading a line costs about half of what deciding it does: it is done beside, a little ahead.
const (
	readTogether = 256 // lines of a batch
	readAhead    = 4   // batches
)

// readHistory reads a history to its end, or until ctx ends, in its order. What is said about bad lines comes with
// them: a simulation that stops earlier says nothing of what it did not come to.
func readHistory(ctx context.Context, input *history) <-chan readBatch {
	batches, reader := make(chan readBatch, readAhead), historyReader{input, scenarios.NewEventsSeen()}
	go func() {
		defer close(batches)
		for more := true; more; {
			var batch readBatch
			batch, more = reader.nextBatch()
			select {
			case batches <- batch:
			case <-ctx.Done():
				return
			}
		}
	}()
	return batches
}

// nextOf is the next batch; false when there is none, or ctx ends first.
func nextOf(ctx context.Context, batches <-chan readBatch) (readBatch, bool) {
	select {
	case batch, more := <-batches:
		return batch, more
	case <-ctx.Done():
		return readBatch{}, false
	}
}

// nextBatch is false when nothing comes after.
func (input historyReader) nextBatch() (batch readBatch, more bool) {
	var said bytes.Buffer // about the lines since the last event
	input.errs = &said
	for len(batch.lines) < readTogether {
		refused := input.refused
		line, more, err := input.nextLine()
		out := readLine{refused: input.refused - refused}
		if err != nil || !more {
			out.said = said.String()
			return readBatch{append(batch.lines, out), input.offset, err}, false
		}
		event, wrong := scenarios.ReadEvent(line.text, "simulation")
		for _, w := range wrong {
			fmt.Fprintf(&said, "%s:%d: %s\n", input.name, line.number, strings.TrimPrefix(w.Pointer+": "+w.Message, ": "))
		}
		if out.event = event; event == nil {
			out.refused++
		} else {
			out.again = input.seen.Again(event)
		}
		out.said = said.String()
		said.Reset()
		batch.lines = append(batch.lines, out)
	}
	batch.offset = input.offset
	return batch, true
}
