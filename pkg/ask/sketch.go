package ask

// A sketch is a question after the grammar and before the catalogue decided: it
// says which phrase plays which role, and leaves open which table is meant.
type sketch struct {
	intent   Intent
	subject  *phrase // what is counted or listed
	measures []measureSketch
	dims     []dimSketch
	conds    []condSketch
	// share holds the conditions of the part, when a share is asked for.
	share   []condSketch
	isShare bool
	// early holds the conditions of a share that stand before "that": they bound
	// the whole if a "that" follows, else they are the part.
	early []condSketch
	// within is the table a count is to be made in: "drivers in trips".
	within *phrase
	// whatIs marks a question that opens with "what is".
	whatIs  bool
	percent bool
	// loose says that it is open whether a condition bounds the part or the whole.
	loose   string
	windows []timeExpr
	onTime  *phrase // the time column that was named
	zone    string
	rank    *rankSketch
	sort    []sortSketch
	having  []havingSketch
	// rising and falling order a result whose sort key was not said.
	rising, falling bool
	limit           int
	trend           bool
	fill            bool
	latest          bool
	oldest          bool
	// aged marks "oldest", which may be said of an age.
	aged bool
}

// segment is a span of words with what it may mean.
type segment struct {
	from, to int
	links    []link
	// more are further values in a list: "red or green boxes".
	more []segment
}

func (s segment) has(k linkKind) bool {
	for _, l := range s.links {
		if l.kind == k {
			return true
		}
	}
	return false
}

// phrase is a run of segments: "paid orders", "customer country".
type phrase struct {
	segments []segment
}

func (p *phrase) from() int { return p.segments[0].from }
func (p *phrase) to() int   { return p.segments[len(p.segments)-1].to }

// last is the segment that carries the meaning; the ones before it describe it.
func (p *phrase) last() segment { return p.segments[len(p.segments)-1] }

type measureSketch struct {
	agg   Agg // empty: the question did not say
	ref   *phrase
	level float64
	// size marks "longest" and its kind, which may be said of rows too.
	size bool
	// assumed says that the aggregate was chosen for the asker.
	assumed bool
}

type dimSketch struct {
	ref   *phrase
	grain Grain
	part  Part
	// said marks a grain that can only mean time ("monthly").
	said bool
	at   int
}

type literal struct {
	text   string
	number bool
	quoted bool
	seg    *segment
}

type condSketch struct {
	ref    *phrase // a column; nil when the values alone tell
	op     Op
	values []literal
	not    bool
	unit   string
	window *timeExpr
	flag   *bool
	prep   string
	// held marks "with a discount", which is taken for "is not missing".
	held bool
	// from and to span the words, for messages.
	from, to int
}

type rankSketch struct {
	desc    bool
	n       int
	said    bool // the number was said
	dims    *phrase
	measure *measureSketch
	byCount bool
}

type sortSketch struct {
	measure measureSketch
	desc    bool
}

type havingSketch struct {
	op    Op
	value string
	ref   *phrase
}
