package pipeline

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// writeTimeout bounds one try of a write; it must stay far below the consumer's poll interval.
const writeTimeout = 60 * time.Second

// announceAge is how old an announcement may be when an insert begins. A worker that slept
// past its session would otherwise insert, hours later perhaps, under a token that the
// table has forgotten; announcing again tells it that the partition is somebody else's.
const announceAge = 10 * time.Second

// ship takes blocks to the table until the partition is stopped. An error that is not the
// end of the assignment ends the pipeline; the open intent stays for whoever comes next.
func (p *partition) ship() {
	if err := p.adopt(); err != nil {
		p.giveUp(err)
		return
	}
	for {
		b := p.wait()
		if b == nil {
			return
		}
		for b != nil {
			if err := p.deliver(b); err != nil {
				p.r.limits.release(b.bytes)
				p.giveUp(err)
				return
			}
			next, err := p.advance(b)
			if err != nil {
				p.giveUp(err)
				return
			}
			b = next
		}
	}
}

func (p *partition) giveUp(err error) {
	if errors.Is(err, errNotOwned) || p.ctx.Err() != nil {
		p.r.log.Debug("block left to the next owner", "partition", p.id)
		return
	}
	p.r.fail(err)
}

// stopping says that no other block may be begun.
func (p *partition) stopping() bool {
	select {
	case <-p.stop:
		return true
	default:
		return false
	}
}

// wait gives the next block, or nil when the partition is stopped.
func (p *partition) wait() *batch {
	if p.stopping() {
		return nil
	}
	select {
	case b := <-p.blocks:
		return b
	case <-p.stop:
		return nil
	case <-p.ctx.Done():
		return nil
	}
}

// adopt writes the ledger row of what is in the table without one, and gives the
// partition its first commit, so that offsets moved by hand are seen from then on.
func (p *partition) adopt() error {
	if span := p.resumed.Adopt; span.Offsets() > 0 {
		stored, err := p.count(span)
		if err != nil {
			return err
		}
		b := batch{span: span}
		if err := p.record(b.entry(p.r.pipeline, stored, p.r.worker, time.Now())); err != nil {
			return err
		}
	}
	if p.resumed.Replay != idle {
		return nil
	}
	return p.commit(intent{First: p.resumed.Next, Last: idle})
}

func (p *partition) commit(in intent) error {
	in.Partition = p.id
	return p.r.committer.commit(p.ctx, p.serial, in.mark(p.r.pipeline))
}

// deliver announces a block and stores it: rows, dead letters, ledger row.
func (p *partition) deliver(b *batch) error {
	p.r.hit(PointIntentBefore)
	if err := p.announce(b); err != nil {
		return err
	}
	p.r.hit(PointIntentAfter)
	stored, err := p.insert(b)
	if isRefusedRow(err) {
		return p.bisect(b, err)
	}
	if err != nil {
		return err
	}
	return p.account(b, stored)
}

// announce commits the range of a block that is about to be inserted.
func (p *partition) announce(b *batch) error {
	if p.r.breakage.noIntent {
		return nil
	}
	return p.commit(intent{First: b.span.First, Last: b.span.Last})
}

// account writes dead letters and ledger row, in this order: the ledger row says that
// everything else of the block is done.
func (p *partition) account(b *batch, stored int64) error {
	if len(b.letters) > 0 {
		err := p.write("dead letters", nil, func(ctx context.Context) error {
			return p.r.store.AppendDeadLetters(ctx, b.letters, b.span)
		})
		if err != nil {
			return err
		}
	}
	p.r.hit(PointDeadAfter)
	entry := b.entry(p.r.pipeline, stored, p.r.worker, time.Now())
	if err := p.record(entry); err != nil {
		return err
	}
	p.r.hit(PointLedgerAfter)
	p.counts.add(entry)
	p.r.log.Debug("block stored", "range", b.span, "stored", stored, "dead", entry.Dead, "tombstones", entry.Tombstones, "gaps", entry.Gaps)
	return nil
}

func (p *partition) record(e aurora.LedgerEntry) error {
	return p.write("ledger", nil, func(ctx context.Context) error {
		return p.r.store.AppendLedger(ctx, []aurora.LedgerEntry{e})
	})
}

// advance ends a block. If the next one is ready its announcement is the advance, and it
// is given back; otherwise the partition is committed as idle.
func (p *partition) advance(b *batch) (*batch, error) {
	p.r.limits.release(b.bytes)
	p.r.recycle(b)
	p.r.hit(PointAdvanceBefore)
	if next := p.ready(); next != nil {
		p.next.Store(next.span.First)
		return next, nil
	}
	if err := p.commit(intent{First: b.span.Last + 1, Last: idle}); err != nil {
		return nil, err
	}
	p.next.Store(b.span.Last + 1)
	p.r.hit(PointAdvanceAfter)
	return nil, nil
}

// ready gives the next block if it is waiting already and the partition is not stopped.
func (p *partition) ready() *batch {
	if p.stopping() {
		return nil
	}
	select {
	case b := <-p.blocks:
		return b
	default:
		return nil
	}
}

// insert stores the rows of a block and gives how many of its range are in the table.
func (p *partition) insert(b *batch) (int64, error) {
	rows := int64(b.rows.Rows())
	if b.replay && !p.r.breakage.noToken {
		if stored, err := p.count(b.span); err != nil || (stored > 0 && stored >= rows) {
			b.trust(stored)
			return stored, err
		}
	}
	if rows == 0 {
		return 0, nil
	}
	p.r.hit(PointInsertBefore)
	columns, token := b.rows.Columns(), p.r.token(b.span)
	announced := time.Now()
	var native []byte
	err := p.write("insert", b, func(ctx context.Context) error {
		if time.Since(announced) > announceAge {
			if err := p.announce(b); err != nil {
				return err
			}
			announced = time.Now()
		}
		if b.sent && !p.r.breakage.noToken {
			// The try before may have stored the rows without the engine's noting their token.
			stored, err := p.r.store.CountRange(ctx, p.r.pipeline.Table, p.r.pipeline.Source.Topic, b.span)
			if err != nil || stored >= rows {
				return err
			}
		}
		if native == nil { // here, where at most as many are encoded as may be inserted at a time
			native = b.rows.Encode()
		}
		return p.r.store.InsertBlock(ctx, p.r.pipeline.Table, columns, native, token)
	})
	p.r.hit(PointInsertAfter)
	return rows, err
}

func (p *partition) count(span aurora.Range) (n int64, err error) {
	err = p.write("count", nil, func(ctx context.Context) error {
		n, err = p.r.store.CountRange(ctx, p.r.pipeline.Table, p.r.pipeline.Source.Topic, span)
		return err
	})
	return n, err
}

// write tries until it succeeds, the assignment ends, or the error is of a class that
// trying again does not heal. Nothing is ever skipped: while ClickHouse is away the block
// waits, and the memory budget stops the reading.
func (p *partition) write(what string, b *batch, try func(context.Context) error) error {
	where := fmt.Sprintf("%s of partition %d", what, p.id)
	defer p.r.troubles.clear(where)
	wait := newBackoff(100*time.Millisecond, 30*time.Second)
	for unknown := 0; ; {
		err := p.once(b, try)
		if err == nil {
			return nil
		}
		if p.ctx.Err() != nil || errors.Is(err, errNotOwned) {
			return errNotOwned
		}
		switch classOf(err) {
		case aurora.SinkRetry:
		case aurora.SinkUnknown:
			if unknown++; unknown >= unknownTries {
				return fmt.Errorf("%s: %w", where, err)
			}
		default:
			return fmt.Errorf("%s: %w", where, err)
		}
		p.r.troubles.set(where, err)
		p.r.log.Debug("write failed, trying again", "what", where, "error", err)
		if p.stopping() || wait.pause(p.ctx, p.stop) != nil {
			return errNotOwned // ClickHouse is away: there is nothing to drain into
		}
	}
}

// once makes one try inside its time limit; inserts take one of the worker's places.
func (p *partition) once(b *batch, try func(context.Context) error) error {
	if b != nil {
		leave, err := p.r.limits.insert(p.ctx)
		if err != nil {
			return err
		}
		defer leave()
	}
	ctx, cancel := context.WithTimeout(p.ctx, writeTimeout)
	defer cancel()
	err := try(ctx)
	if err != nil && b != nil {
		b.sent = true
	}
	return err
}
