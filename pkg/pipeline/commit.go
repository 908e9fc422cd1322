package pipeline

import (
	"context"
	"errors"
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// errNotOwned says that the partition belongs to somebody else by now; its block is left
// to the next owner.
var errNotOwned = errors.New("the partition is not owned any more")

// committer makes all commits of a pipeline, from one goroutine, and merges those that
// wait into one call.
//
// The broker accepts a commit for a partition that the member does not own as long as the
// member's generation is current. So the committer compares each request's serial with the
// owned one, under the lock that disown takes too: after disown has returned, no commit of
// the old assignment can be sent.
type committer struct {
	source   Source
	troubles *troubles
	requests chan request
	// lock guards owned. It is a channel because it is held during a commit, which may
	// take seconds.
	lock  chan struct{}
	owned map[int32]uint64
	last  uint64
	// careless leaves out the check of ownership; a test shows what happens then.
	careless bool
}

type request struct {
	serial uint64
	mark   aurora.Mark
	done   chan error
}

func newCommitter(source Source, t *troubles) *committer {
	return &committer{source: source, troubles: t, requests: make(chan request),
		lock: make(chan struct{}, 1), owned: map[int32]uint64{}}
}

// own begins an assignment of a partition and gives its serial.
func (c *committer) own(partition int32) uint64 {
	c.lock <- struct{}{}
	defer func() { <-c.lock }()
	c.last++
	c.owned[partition] = c.last
	return c.last
}

// disown ends the assignment; when it returns no commit of it is under way.
func (c *committer) disown(partition int32, serial uint64) {
	c.lock <- struct{}{}
	defer func() { <-c.lock }()
	if c.owned[partition] == serial {
		delete(c.owned, partition)
	}
}

// commit returns when the broker has accepted the mark, or with errNotOwned, or with an
// error that ends the pipeline.
func (c *committer) commit(ctx context.Context, serial uint64, mark aurora.Mark) error {
	r := request{serial: serial, mark: mark, done: make(chan error, 1)}
	select {
	case c.requests <- r:
	case <-ctx.Done():
		return errNotOwned
	}
	select {
	case err := <-r.done:
		return err
	case <-ctx.Done():
		return errNotOwned
	}
}

// run serves requests until ctx ends.
func (c *committer) run(ctx context.Context) {
	for {
		select {
		case r := <-c.requests:
			c.serve(ctx, []request{r})
		case <-ctx.Done():
			return
		}
	}
}

// serve repeats a commit until the broker has accepted it, or nobody owns it any more. A
// commit is never given up on a retriable error while its partition is owned: the block
// would be dropped, and the partition would stand still.
func (c *committer) serve(ctx context.Context, waiting []request) {
	for wait := newBackoff(20*time.Millisecond, time.Second); ; {
		waiting = c.gather(waiting)
		var err error
		if waiting, err = c.attempt(waiting); len(waiting) == 0 {
			break
		}
		var refused *aurora.CommitError
		if !errors.As(err, &refused) || refused.Fatal || !refused.Retriable {
			answer(waiting, err)
			break
		}
		c.troubles.set("commit", err)
		if wait.pause(ctx, nil) != nil {
			answer(waiting, errNotOwned)
			break
		}
	}
	c.troubles.clear("commit")
}

// gather adds the requests that wait by now.
func (c *committer) gather(waiting []request) []request {
	for {
		select {
		case r := <-c.requests:
			waiting = append(waiting, r)
		default:
			return waiting
		}
	}
}

// attempt commits what is still owned in one call; it gives what has no answer yet.
func (c *committer) attempt(waiting []request) ([]request, error) {
	c.lock <- struct{}{}
	defer func() { <-c.lock }()
	var owned []request
	var marks []aurora.Mark
	for _, r := range waiting {
		if c.owned[r.mark.Partition] != r.serial && !c.careless {
			r.done <- errNotOwned
			continue
		}
		owned = append(owned, r)
		marks = append(marks, r.mark)
	}
	if len(owned) == 0 {
		return nil, nil
	}
	if err := c.source.Commit(marks); err != nil {
		return owned, err
	}
	answer(owned, nil)
	return nil, nil
}

func answer(waiting []request, err error) {
	for _, r := range waiting {
		r.done <- err
	}
}
