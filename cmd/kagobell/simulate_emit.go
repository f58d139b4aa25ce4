package main

import (
	"context"

	"kagobell/scenarios"
)

// lineQueue takes the lines of a simulation to the printer, which is at work beside it and a little behind.
type lineQueue struct {
	ctx     context.Context
	batch   []scenarios.Line
	batches chan []scenarios.Line
	used    chan []scenarios.Line // that were printed
	printed chan struct{}         // closed when nothing more will be
}

const (
	printTogether = 256 // lines of a batch
	printBehind   = 4   // batches
)

// printLines begins to print. stop is called when there is nobody to print for any more.
func printLines(ctx context.Context, printer *linePrinter, stop func()) *lineQueue {
	q := &lineQueue{ctx: ctx, batches: make(chan []scenarios.Line, printBehind),
		used: make(chan []scenarios.Line, printBehind+1), printed: make(chan struct{})}
	for range cap(q.used) {
		q.used <- make([]scenarios.Line, 0, printTogether)
	}
	q.batch = <-q.used
	go func() {
		defer close(q.printed)
		for batch := range q.batches {
			for i := range batch {
				printer.print(&batch[i])
			}
			if printer.err != nil {
				stop() // a reader who has seen enough
			}
			q.used <- batch[:0]
		}
	}()
	return q
}

// put is false when no further line is wanted.
func (q *lineQueue) put(l scenarios.Line) bool {
	if q.batch = append(q.batch, l); len(q.batch) == printTogether {
		q.batches <- q.batch
		q.batch = <-q.used
	}
	return q.ctx.Err() == nil
}

// end waits until all is printed.
func (q *lineQueue) end() {
	q.batches <- q.batch
	close(q.batches)
	<-q.printed
}
