package pipeline

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// resumeCase is one row of the resume table: what the group and the store say of
// partition 1, and where it goes on. A partition starts at 100 unless unlisted.
type resumeCase struct {
	commit            intent // First -1: nothing committed
	bare              bool   // the commit has no metadata
	ledger            [2]int64
	table, dead       int64
	low, high         int64
	unlisted          bool
	onGap             string
	next, read, until int64
	adopt             [2]int64 // {0,-1}: none
	code              aurora.Code
}

func TestResume(t *testing.T) {
	t.Parallel()
	const no = int64(-1)
	none, nothing := [2]int64{no, no}, [2]int64{0, no}
	announced := intent{First: 200, Last: 299}
	at := func(off int64) intent { return intent{First: off, Last: idle} }
	cases := map[string]resumeCase{
		"an announced block without ledger row is replayed":              {commit: announced, ledger: [2]int64{150, 199}, table: 199, dead: no, high: 500, next: 200, read: 200, until: 299, adopt: nothing},
		"the first block of an epoch is replayed":                        {commit: intent{First: 100, Last: 299}, ledger: none, table: 150, dead: no, high: 500, next: 100, read: 100, until: 299, adopt: nothing},
		"an announced block with its ledger row is done":                 {commit: announced, ledger: [2]int64{200, 299}, table: 299, dead: no, high: 500, next: 300, read: 300, until: no, adopt: nothing},
		"an announced block beyond the ledger stops":                     {commit: announced, ledger: [2]int64{100, 180}, table: 180, dead: no, high: 500, code: aurora.CodeOffsetsMoved},
		"an announced block before the ledger stops":                     {commit: announced, ledger: [2]int64{300, 399}, table: 399, dead: no, high: 500, code: aurora.CodeOffsetsMoved},
		"an announced block with another edge than the ledger stops":     {commit: announced, ledger: [2]int64{150, 299}, table: 299, dead: no, high: 500, code: aurora.CodeOffsetsMoved},
		"an announced block of an epoch whose ledger was purged stops":   {commit: announced, ledger: none, table: no, dead: no, high: 500, code: aurora.CodeOffsetsMoved},
		"idle at the ledger's mark goes on":                              {commit: at(300), ledger: [2]int64{200, 299}, table: 299, dead: no, high: 500, next: 300, read: 300, until: no, adopt: nothing},
		"idle beyond the ledger's mark stops":                            {commit: at(301), ledger: [2]int64{200, 299}, table: 299, dead: no, high: 500, code: aurora.CodeOffsetsMoved},
		"idle before the ledger's mark stops":                            {commit: at(200), ledger: [2]int64{200, 299}, table: 299, dead: no, high: 500, code: aurora.CodeOffsetsMoved},
		"idle at the recorded start goes on":                             {commit: at(100), ledger: none, table: no, dead: no, high: 500, next: 100, read: 100, until: no, adopt: nothing},
		"idle elsewhere without a ledger stops":                          {commit: at(120), ledger: none, table: no, dead: no, high: 500, code: aurora.CodeOffsetsMoved},
		"nothing committed, nothing stored: the recorded start":          {commit: at(no), ledger: none, table: no, dead: no, high: 500, next: 100, read: 100, until: no, adopt: nothing},
		"nothing committed, a ledger: after the ledger":                  {commit: at(no), ledger: [2]int64{200, 299}, table: 299, dead: no, high: 500, next: 300, read: 300, until: no, adopt: [2]int64{300, 299}},
		"nothing committed, the table is ahead: after the table":         {commit: at(no), ledger: [2]int64{200, 299}, table: 349, dead: 301, high: 500, next: 350, read: 350, until: no, adopt: [2]int64{300, 349}},
		"nothing committed, dead letters are ahead: after them":          {commit: at(no), ledger: none, table: 120, dead: 130, high: 500, next: 131, read: 131, until: no, adopt: [2]int64{100, 130}},
		"a bare offset at the ledger's mark goes on":                     {commit: at(300), bare: true, ledger: [2]int64{200, 299}, table: 299, dead: no, high: 500, next: 300, read: 300, until: no, adopt: nothing},
		"a bare offset moved back stops":                                 {commit: at(150), bare: true, ledger: [2]int64{200, 299}, table: 299, dead: no, high: 500, code: aurora.CodeOffsetsMoved},
		"a bare offset moved forward stops":                              {commit: at(400), bare: true, ledger: [2]int64{200, 299}, table: 299, dead: no, high: 500, code: aurora.CodeOffsetsMoved},
		"retention past the mark stops":                                  {commit: at(300), ledger: [2]int64{200, 299}, table: 299, dead: no, low: 320, high: 500, code: aurora.CodeOffsetGap},
		"retention past the mark is skipped on request":                  {commit: at(300), ledger: [2]int64{200, 299}, table: 299, dead: no, low: 320, high: 500, onGap: OnGapSkip, next: 300, read: 320, until: no, adopt: nothing},
		"retention inside an announced block is skipped on request":      {commit: announced, ledger: [2]int64{150, 199}, table: 199, dead: no, low: 250, high: 500, onGap: OnGapSkip, next: 200, read: 250, until: 299, adopt: nothing},
		"retention past the recorded start stops":                        {commit: at(no), ledger: none, table: no, dead: no, low: 110, high: 500, code: aurora.CodeOffsetGap},
		"a topic that ends before the mark stops":                        {commit: at(300), ledger: [2]int64{200, 299}, table: 299, dead: no, high: 10, code: aurora.CodeOffsetsMoved},
		"a topic that ends inside the announced block stops":             {commit: announced, ledger: [2]int64{150, 199}, table: 199, dead: no, high: 299, code: aurora.CodeOffsetsMoved},
		"a new partition starts at its beginning":                        {commit: at(no), unlisted: true, ledger: none, table: no, dead: no, low: 40, high: 500, next: 40, read: 40, until: no, adopt: nothing},
		"a new partition that began before retention moved is checked":   {commit: at(40), unlisted: true, ledger: none, table: no, dead: no, low: 60, high: 500, code: aurora.CodeOffsetGap},
		"a new partition replays its first block":                        {commit: intent{First: 40, Last: 50}, unlisted: true, ledger: none, table: no, dead: no, low: 40, high: 500, next: 40, read: 40, until: 50, adopt: nothing},
		"a new partition idle beyond its beginning without ledger stops": {commit: at(60), unlisted: true, ledger: none, table: no, dead: no, low: 40, high: 500, code: aurora.CodeOffsetsMoved},
		"expired offsets of a new partition never hide a gap":            {commit: at(no), unlisted: true, ledger: none, table: 100, dead: no, low: 300, high: 500, code: aurora.CodeOffsetGap},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkResume(t, c)
		})
	}
}

func checkResume(t *testing.T, c resumeCase) {
	t.Helper()
	p := testPipeline()
	p.Start = map[int32]int64{1: 100}
	if c.unlisted {
		p.Start = map[int32]int64{0: 100}
	}
	if c.onGap != "" {
		p.OnGap = c.onGap
	}
	c.commit.Partition = 1
	e := evidence{Mark: c.commit.mark(p), Marks: aurora.NoMarks(1), Low: c.low, High: c.high}
	if c.bare || c.commit.First < 0 {
		e.Mark.Metadata = ""
	}
	e.Marks.Ledger.First, e.Marks.Ledger.Last = c.ledger[0], c.ledger[1]
	e.Marks.Table, e.Marks.Dead = c.table, c.dead
	got, err := resume(p, e)
	if c.code != "" {
		var failure *aurora.Error
		if !errors.As(err, &failure) || failure.Code != c.code || failure.Hint == "" {
			t.Fatalf("got %+v, error %v; want %s with a hint", got, err, c.code)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	want := resumption{Partition: 1, Next: c.next, Read: c.read, Replay: c.until, Mark: e.Marks,
		Adopt: aurora.Range{Partition: 1, First: c.adopt[0], Last: c.adopt[1]}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("resume (-want +got):\n%s", diff)
	}
}
