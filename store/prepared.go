package store

import (
	"context"
	"database/sql"
	"sync"
)

// prepared keeps the statements by which blocks of rows are written. Reading
// their text takes MariaDB longer than writing a wide row does: a block that the
// server has read before costs half.
//
// A statement is prepared between transactions, never in one: it would ask for a
// second connection while it holds one.
type prepared struct {
	mu     sync.Mutex
	ready  map[block]*sql.Stmt
	wanted map[block]string // text
}

// block names a statement that writes so many rows.
type block struct {
	table *table
	end   string
	rows  int
}

// of is the statement for a block; nil when there is none yet.
func (p *prepared) of(b block) *sql.Stmt {
	p.mu.Lock()
	defer p.mu.Unlock()
	if st := p.ready[b]; st != nil {
		return st
	}
	if p.wanted == nil {
		p.wanted = map[block]string{}
	}
	if _, known := p.wanted[b]; !known {
		p.wanted[b] = b.table.insertText(b.rows, b.end)
	}
	return nil
}

// prepare makes what was asked for since the last time.
func (p *prepared) prepare(ctx context.Context, db interface {
	PrepareContext(context.Context, string) (*sql.Stmt, error)
}) error {
	p.mu.Lock()
	wanted := p.wanted
	p.wanted = nil
	p.mu.Unlock()
	for b, text := range wanted {
		st, err := db.PrepareContext(ctx, text)
		if err != nil {
			return err
		}
		p.mu.Lock()
		if p.ready == nil {
			p.ready = map[block]*sql.Stmt{}
		}
		p.ready[b] = st
		p.mu.Unlock()
	}
	return nil
}
