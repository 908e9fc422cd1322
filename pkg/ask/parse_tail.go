package ask

import "slices"

// tail reads everything behind the head. A word no rule takes stays unmarked.
func (p *parser) tail() {
	rules := []func(*parser) bool{
		(*parser).moreMeasures, (*parser).moreTime, (*parser).zone, (*parser).overTime, (*parser).fillGaps,
		(*parser).rankMeasure, (*parser).sorting, (*parser).timeColumn, (*parser).grouping, (*parser).belongsTo,
		(*parser).condition, (*parser).prepositional, (*parser).holding, (*parser).fillerWords,
	}
	for !p.done() {
		if !p.first(rules) {
			p.skip()
		}
	}
	if len(p.sk.share) == 0 {
		p.sk.share = p.sk.early
		if len(p.sk.early) > 0 && len(p.sk.subject.segments) > 1 {
			p.sk.loose = p.reader.said(p.sk.early[0].from, p.sk.early[0].to)
		}
	} else {
		p.sk.conds = append(p.sk.conds, p.sk.early...)
	}
}

// first applies the first rule that can read on; a rule that fails leaves no trace.
func (p *parser) first(rules []func(*parser) bool) bool {
	for _, rule := range rules {
		try := p.clone()
		if rule(try) && try.pos > p.pos {
			*p = *try
			return true
		}
	}
	return false
}

// skip goes past a word: a harmless one is fine, any other was not understood.
func (p *parser) skip() {
	tok := p.toks[p.pos]
	if tok.kind == tokenWord && harmless[tok.word] || tok.kind == tokenSymbol && (tok.text == "," || tok.text == "(" || tok.text == ")") {
		p.used[p.pos] = true
	}
	p.pos++
}

// moreMeasures reads "and total amount" behind a measure.
func (p *parser) moreMeasures() bool {
	if len(p.sk.measures) == 0 || !p.acceptWord("and", ",") {
		return false
	}
	p.acceptWord("and")
	p.skipArticles()
	if _, ok := p.accept(grammarIndex().counts); ok {
		return p.counted()
	}
	measures, ok := p.aggregates()
	p.sk.measures = append(p.sk.measures, measures...)
	return ok
}

func (p *parser) moreTime() bool {
	if seg, ok := p.segment(p.pos); ok && p.toks[p.pos].kind == tokenWord && seg.has(linkColumn) && seg.links[0].quality >= qualityStem && p.word(0) != "today" {
		return false // "minute" and "last" may be columns
	}
	expr, n := p.reader.read(p.pos)
	if n == 0 {
		return false
	}
	p.take(n)
	p.sk.windows = append(p.sk.windows, expr)
	return true
}

// zone reads "in UTC"; no other zone is known to the grammar yet.
func (p *parser) zone() bool {
	p.acceptWord("in")
	if !p.acceptWord("utc", "gmt") {
		return false
	}
	p.acceptWord("time")
	p.sk.zone = "UTC"
	return true
}

func (p *parser) overTime() bool {
	if p.word(0) != "over" || p.word(1) != "time" {
		return false
	}
	p.take(2)
	p.sk.trend = true
	return true
}

func (p *parser) fillGaps() bool {
	if _, ok := p.accept(grammarIndex().fills); !ok {
		return false
	}
	if _, ok := grainWords[stem(p.word(0))]; ok {
		p.take(1)
	}
	p.sk.fill = true
	return true
}

// rankMeasure reads what a "top" is ranked by.
func (p *parser) rankMeasure() bool {
	r := p.sk.rank
	if r == nil || r.measure != nil || r.byCount {
		return false
	}
	switch {
	case p.acceptWord("by"):
	case p.word(0) == "in" && p.word(1) == "terms" && p.word(2) == "of", p.word(0) == "according" && p.word(1) == "to":
		p.take(2)
		p.acceptWord("of")
	case p.word(0) == "with" || p.word(0) == "having":
		p.take(1)
		p.acceptWord("the")
		desc, ok := superlatives[p.word(0)]
		if !ok || desc != r.desc {
			return false
		}
		p.take(1)
	default:
		return false
	}
	m, ok := p.measure()
	if !ok {
		return false
	}
	ranked := *r
	ranked.measure = &m
	p.sk.rank = &ranked
	return true
}

func (p *parser) sorting() bool {
	if desc, ok := p.direction(); ok {
		switch {
		case len(p.sk.sort) > 0:
			last := &p.sk.sort[len(p.sk.sort)-1]
			*last = sortSketch{measure: last.measure, desc: desc}
		case desc:
			p.sk.falling = true
		default:
			p.sk.rising = true
		}
		return true
	}
	if _, ok := p.accept(grammarIndex().sorts); !ok {
		return false
	}
	p.skipArticles()
	m, ok := p.measure()
	if !ok {
		return false
	}
	p.sk.sort = append(p.sk.sort, sortSketch{measure: m})
	return true
}

// direction reads "descending" and "in ascending order".
func (p *parser) direction() (desc, ok bool) {
	at := p.pos
	if p.word(0) == "in" {
		at++
	}
	switch p.reader.word(at) {
	case "descending", "desc", "decreasing":
		desc = true
	case "ascending", "asc", "increasing":
	default:
		return false, false
	}
	n := at + 1 - p.pos
	if p.reader.word(at+1) == "order" {
		n++
	}
	p.take(n)
	return desc, true
}

// timeColumn reads the name of the time column that windows and grains mean:
// "by sold_at", "(sold_at, UTC)", "per month of sold_at".
func (p *parser) timeColumn() bool {
	p.acceptWord("by", "of", "on", "using", "in", "from", "at")
	p.skipArticles()
	seg, ok := p.segment(p.pos)
	if !ok || !temporalSegment(seg, qualityCore) || p.sk.onTime != nil {
		return false
	}
	if len(p.sk.windows) == 0 && !p.grained() && !p.sk.trend {
		return false
	}
	p.sk.onTime = p.phrase()
	if p.sk.onTime == nil {
		return false
	}
	_, _ = p.reader.read(p.pos)
	return p.done() || !p.continuesCondition()
}

// grained says whether a bucket of time is among the dimensions.
func (p *parser) grained() bool {
	for _, dim := range p.sk.dims {
		if dim.grain != "" || dim.part != "" {
			return true
		}
	}
	return false
}

// namesTime says whether the name of a time column stands here.
func (p *parser) namesTime() bool {
	p.skipArticles()
	seg, ok := p.segment(p.pos)
	return ok && temporalSegment(seg, qualityCore)
}

// continuesCondition says whether a condition follows a column, so that the
// column is not just named.
func (p *parser) continuesCondition() bool {
	g := grammarIndex()
	_, compares := p.match(g.compares)
	_, expr := p.reader.read(p.pos)
	return compares > 0 || expr > 0
}

func temporalSegment(seg segment, least float64) bool {
	for _, l := range seg.links {
		if l.kind == linkColumn && l.column.kind.temporal() && l.quality >= least {
			return true
		}
	}
	return false
}

// grouping reads "per month", "by country and status".
func (p *parser) grouping() bool {
	if grain, ok := grainAdverbs[p.word(0)]; ok {
		p.sk.dims = append(p.sk.dims, dimSketch{grain: grain, said: true, at: p.pos})
		p.take(1)
		return true
	}
	if _, ok := p.accept(grammarIndex().groups); !ok {
		return false
	}
	if !p.dimension() {
		return false
	}
	for {
		try := p.clone()
		try.acceptWord(",")
		try.acceptWord("and")
		if try.pos == p.pos {
			return true
		}
		if _, _, agg := try.peekAggregate(0); agg {
			return true
		}
		try.accept(grammarIndex().groups)
		if p.grained() && try.namesTime() {
			return true // ", by sold_at" says which time is meant
		}
		if !try.dimension() {
			return true
		}
		*p = *try
	}
}

// dimension reads one dimension: a time grain, a part of time, or a noun.
func (p *parser) dimension() bool {
	p.skipArticles()
	at := p.pos
	if p.acceptWord("calendar") && p.done() {
		return false
	}
	if name, ok := p.accept(grammarIndex().parts); ok {
		p.sk.dims = append(p.sk.dims, dimSketch{part: partWords[name], said: true, at: at})
		return true
	}
	grain, isGrain := grainWords[stem(p.word(0))]
	seg, linked := p.segment(p.pos)
	switch {
	case isGrain && (!linked || seg.to-seg.from == 1):
		dim := dimSketch{grain: grain, at: at}
		if linked && seg.links[0].kind == linkColumn && seg.links[0].quality >= qualityStem {
			dim.ref = &phrase{segments: []segment{seg}}
		}
		p.take(1)
		p.sk.dims = append(p.sk.dims, dim)
		return true
	case !linked || !seg.has(linkColumn) && !seg.has(linkTable):
		return false
	}
	ref := p.phrase()
	if ref == nil || !ref.last().has(linkColumn) && !ref.last().has(linkTable) || !p.done() && p.segmentIsValue() {
		return false // "by operator X" bounds, it does not group
	}
	p.sk.dims = append(p.sk.dims, dimSketch{ref: ref, at: at})
	return true
}

// prepositional reads "from Berlin", "for status paid".
func (p *parser) prepositional() bool {
	prep := p.word(0)
	if !linkingPreps[prep] && prep != "and" {
		return false
	}
	p.take(1)
	p.skipArticles()
	seg, ok := p.segment(p.pos)
	if !ok && !p.done() && p.toks[p.pos].kind != tokenQuoted {
		return false
	}
	if ok && !seg.has(linkValue) && !seg.has(linkColumn) {
		return false
	}
	conds, ok := p.conds(prep)
	if !ok {
		return false
	}
	p.addConds(conds, prep)
	return true
}

// holding reads "with a discount" and "without an error": whether a column has
// a value at all.
func (p *parser) holding() bool {
	start := p.pos
	op := OpPresent
	switch {
	case p.acceptWord("without"):
		op = OpMissing
	case p.acceptWord("with", "having", "have", "has", "had"):
		if p.acceptWord("no") {
			op = OpMissing
		}
	case p.word(0) == "that" && (p.word(1) == "have" || p.word(1) == "has" || p.word(1) == "had"):
		p.take(2)
		if p.acceptWord("no") {
			op = OpMissing
		}
	default:
		return false
	}
	p.skipArticles()
	if missingWords[p.word(0)] && op == OpPresent {
		op = OpMissing
		p.take(1)
	}
	seg, ok := p.segment(p.pos)
	if !ok || !seg.has(linkColumn) || seg.links[0].quality < qualityAbbrev || seg.has(linkTable) || keysOnly(seg) {
		return false // rows of another table are not a value of this one
	}
	p.take(seg.to - seg.from)
	cond := condSketch{ref: &phrase{segments: []segment{seg}}, op: op, from: start, to: p.pos, held: true}
	p.addConds([]condSketch{cond}, "that")
	return true
}

// keysOnly says whether a segment names nothing but keys.
func keysOnly(seg segment) bool {
	return !slices.ContainsFunc(seg.links, func(l link) bool { return l.kind == linkColumn && !isKey(l.column) })
}

// belongsTo reads "of all orders", "in orders": the table that is meant.
func (p *parser) belongsTo() bool {
	if p.sk.within != nil || !p.acceptWord("of", "for", "in", "from", "among", "across", "on", "over") {
		return false
	}
	ref := p.phrase()
	if ref == nil {
		return false
	}
	if _, value := p.clone().literal(true); value && ref.last().has(linkColumn) {
		return false // "for operator X" names a column
	}
	if p.sk.subject == nil {
		p.sk.subject = ref
		return ref.last().has(linkTable) || len(ref.last().links) == 0
	}
	p.sk.within = ref
	return ref.last().has(linkTable) && len(ref.segments) == 1 && !p.sk.subject.last().has(linkTable)
}

func (p *parser) fillerWords() bool {
	_, ok := p.accept(grammarIndex().fillers)
	return ok
}
