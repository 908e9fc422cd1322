package ask

// condition reads "where status is paid", "that are late", "with more than 3
// items", or a bare "status paid" or "cancelled".
func (p *parser) condition() bool {
	start := p.pos
	_, marked := p.accept(grammarIndex().relatives)
	for marked {
		if _, again := p.accept(grammarIndex().relatives); !again {
			break
		}
	}
	if !marked && p.acceptWord("and", "but", ",") {
		marked = len(p.sk.conds)+len(p.sk.share) > 0
		p.acceptWord("and")
		p.accept(grammarIndex().relatives)
		if !marked {
			return false
		}
	}
	prep := ""
	if linkingPreps[p.word(0)] && p.word(0) != "of" && p.pos > start && !p.compares() {
		prep = p.word(0)
		p.take(1)
	}
	if p.havingCount() {
		return true
	}
	conds, ok := p.conds(prep)
	if !ok {
		return false
	}
	joiner := conds[0].prep
	if marked {
		joiner = "that"
	}
	p.addConds(conds, joiner)
	return true
}

// addConds puts conditions where they belong. In a share, what stands behind
// "that" is the part; a later "for", "in" or "at" bounds the whole; what could be
// either is noted.
func (p *parser) addConds(conds []condSketch, joiner string) {
	switch {
	case !p.sk.isShare:
		p.sk.conds = append(p.sk.conds, conds...)
	case joiner == "that":
		p.sk.share = append(p.sk.share, conds...)
	case len(p.sk.share) == 0 && joiner != "for" && joiner != "among" && joiner != "within":
		p.sk.early = append(p.sk.early, conds...)
	case joiner == "for" || joiner == "in" || joiner == "at" || joiner == "on" || joiner == "among" || joiner == "within":
		p.sk.conds = append(p.sk.conds, conds...)
	default:
		p.sk.loose = p.reader.said(conds[0].from, conds[0].to)
		p.sk.share = append(p.sk.share, conds...)
	}
}

// havingCount reads "more than 100 orders": a condition on the groups.
func (p *parser) havingCount() bool {
	try := p.clone()
	name, ok := try.accept(grammarIndex().compares)
	if !ok {
		return false
	}
	value, ok := try.number()
	if !ok {
		return false
	}
	seg, ok := try.segment(try.pos)
	if !ok || !seg.has(linkTable) || seg.links[0].kind != linkTable {
		return false
	}
	ref := try.phrase()
	try.sk.having = append(try.sk.having, havingSketch{op: compareWords[name], value: value, ref: ref})
	*p = *try
	return ref != nil
}

// conds reads one condition and any "and"/"or" list of values in it.
func (p *parser) conds(prep string) ([]condSketch, bool) {
	cond := condSketch{prep: prep, from: p.pos}
	if _, ok := p.accept(grammarIndex().negations); ok {
		cond.not = true
		p.accept(grammarIndex().relatives)
	}
	if cond.prep == "" && linkingPreps[p.word(0)] && !p.compares() {
		cond.prep = p.word(0)
		p.take(1)
	}
	ok := p.leadingComparison(&cond) || p.ofTable(&cond) || p.onColumn(&cond) || p.onValue(&cond)
	cond.to = p.pos
	return []condSketch{cond}, ok
}

// compares says whether a comparison stands here: the "at" of "at least" leads to
// no value.
func (p *parser) compares() bool {
	_, n := p.match(grammarIndex().compares)
	return n > 0
}

// leadingComparison reads "more than 3 items".
func (p *parser) leadingComparison(cond *condSketch) bool {
	try := p.clone()
	name, ok := try.accept(grammarIndex().compares)
	if !ok {
		return false
	}
	value, ok := try.number()
	if !ok {
		return false
	}
	unit := try.unit()
	try.acceptWord("of", "in", "on")
	ref := try.phrase()
	if ref == nil {
		return false
	}
	*p = *try
	cond.ref, cond.op, cond.unit = ref, compareWords[name], unit
	cond.values = []literal{{text: value, number: true}}
	return true
}

func (p *parser) unit() string {
	if _, ok := unitOf(p.word(0)); !ok {
		return ""
	}
	if seg, ok := p.segment(p.pos); ok && seg.has(linkColumn) && seg.links[0].quality >= qualityExact {
		return ""
	}
	unit := p.word(0)
	p.take(1)
	return unit
}

// onColumn reads a condition that names its column.
func (p *parser) onColumn(cond *condSketch) bool {
	try := p.clone()
	try.skipArticles()
	seg, ok := try.segment(try.pos)
	if !ok || !seg.has(linkColumn) || commented(seg) {
		return false
	}
	try.take(seg.to - seg.from)
	cond.ref = &phrase{segments: []segment{seg}}
	if !try.operator(cond) {
		cond.ref = nil
		return false
	}
	*p = *try
	return true
}

// commented says whether a segment is a column only by a word of its comment: the
// word may be one of its values, so it is not the name of the column.
func commented(seg segment) bool {
	for _, l := range seg.links {
		if l.kind == linkColumn && l.quality > qualityComment {
			return false
		}
	}
	return true
}

// operator reads what stands behind the column of a condition.
func (p *parser) operator(cond *condSketch) bool {
	g := grammarIndex()
	if p.word(0) == "is" || p.word(0) == "are" || p.word(0) == "was" || p.word(0) == "were" || p.word(0) == "of" {
		if next, n := p.matchAt(g.compares, p.pos+1); n > 0 || next != "" || p.reader.word(p.pos+1) == "between" {
			p.take(1)
		}
	}
	if p.word(0) == "between" {
		if p.between(cond) {
			return true
		}
	}
	if name, ok := p.accept(g.compares); ok {
		return p.comparison(cond, compareWords[name])
	}
	if name, ok := p.accept(g.textOps); ok {
		cond.op = textOps[name]
		return p.text(cond)
	}
	if expr, n := p.reader.read(p.pos); n > 0 && temporalSegment(cond.ref.last(), qualityPartial-0.05) {
		p.take(n)
		cond.window = &expr
		return true
	}
	if _, ok := p.accept(g.negations); ok {
		cond.not = !cond.not
	} else {
		p.accept(g.equals)
		if _, ok := p.accept(g.negations); ok {
			cond.not = !cond.not
		}
	}
	if p.presence(cond) {
		return true
	}
	if expr, n := p.reader.read(p.pos); n > 0 && temporalSegment(cond.ref.last(), qualityPartial-0.05) {
		p.take(n)
		cond.window = &expr
		return true
	}
	return p.values(cond)
}

func (p *parser) between(cond *condSketch) bool {
	try := p.clone()
	try.take(1)
	low, ok := try.number()
	if !ok || !try.acceptWord("and") {
		return false
	}
	high, ok := try.number()
	if !ok || temporalSegment(cond.ref.last(), qualityPartial) {
		return false
	}
	*p = *try
	cond.op, cond.values = OpBetween, []literal{{text: low, number: true}, {text: high, number: true}}
	cond.unit = p.unit()
	return true
}

func (p *parser) comparison(cond *condSketch, op Op) bool {
	cond.op = op
	if value, ok := p.number(); ok {
		cond.values = []literal{{text: value, number: true}}
		cond.unit = p.unit()
		return true
	}
	return false
}

// text reads the literal of "contains": quoted, or one word.
func (p *parser) text(cond *condSketch) bool {
	if p.done() || p.toks[p.pos].kind != tokenQuoted {
		return false
	}
	cond.values = []literal{{text: p.toks[p.pos].text, quoted: true}}
	p.take(1)
	return true
}

// presence reads "is missing", "is not null", "true" and "false".
func (p *parser) presence(cond *condSketch) bool {
	w := p.word(0)
	if p.segmentIsValue() {
		return false
	}
	switch {
	case missingWords[w]:
		cond.op = OpMissing
	case presentWords[w]:
		cond.op = OpPresent
	case w == "true" || w == "yes" || w == "false" || w == "no":
		yes := w == "true" || w == "yes"
		cond.flag = &yes
	default:
		return false
	}
	p.take(1)
	return true
}

func (p *parser) segmentIsValue() bool {
	seg, ok := p.segment(p.pos)
	return ok && seg.has(linkValue)
}

// values reads one value or a list of values behind a column.
func (p *parser) values(cond *condSketch) bool {
	p.acceptWord("either")
	for {
		lit, ok := p.literal(true)
		if !ok {
			break
		}
		cond.values = append(cond.values, lit)
		if !p.moreValues() {
			break
		}
	}
	cond.op = OpEq
	if len(cond.values) > 1 {
		cond.op = OpIn
	}
	if len(cond.values) == 1 && cond.values[0].number {
		cond.unit = p.unit()
		p.orMore(cond)
	}
	return len(cond.values) > 0
}

// orMore reads "or more" and "or less" behind a number.
func (p *parser) orMore(cond *condSketch) {
	if p.word(0) != "or" {
		return
	}
	switch p.word(1) {
	case "more", "higher", "above", "greater", "over", "longer", "larger":
		cond.op = OpGe
	case "less", "fewer", "lower", "below", "under", "shorter", "smaller":
		cond.op = OpLe
	default:
		return
	}
	p.take(2)
}

// moreValues takes "or", "and" and commas when another value follows.
func (p *parser) moreValues() bool {
	try := p.clone()
	try.acceptWord(",")
	try.acceptWord("or", "and")
	if try.pos == p.pos {
		return false
	}
	if linkingPreps[try.word(0)] {
		try.take(1)
	}
	if _, ok := try.clone().literal(false); !ok {
		return false
	}
	*p = *try
	return true
}

// literal reads one value: a known value of a column, a quoted text, a number,
// or (behind a named column) a code, which is a word with a digit in it.
func (p *parser) literal(named bool) (literal, bool) {
	p.skipArticles()
	if p.done() {
		return literal{}, false
	}
	tok := p.toks[p.pos]
	if seg, ok := p.segment(p.pos); ok && seg.has(linkValue) && tok.kind != tokenNumber {
		p.take(seg.to - seg.from)
		return literal{text: writtenSpan(p.toks[seg.from:seg.to]), seg: &seg, quoted: tok.kind == tokenQuoted}, true
	}
	switch {
	case tok.kind == tokenQuoted:
		p.take(1)
		return literal{text: tok.text, quoted: true}, true
	case named && tok.kind == tokenNumber:
		p.take(1)
		return literal{text: tok.text, number: true}, true
	case named && tok.kind == tokenWord && codeLike(tok.text):
		p.take(1)
		return literal{text: tok.text}, true
	}
	return literal{}, false
}

// codeLike says whether a word can only be a code: letters and digits mixed.
func codeLike(word string) bool {
	letters, digits := false, false
	for _, r := range word {
		digit := r >= '0' && r <= '9'
		digits = digits || digit
		letters = letters || !digit
	}
	return letters && digits
}

// onValue reads a condition that only says a value ("from Berlin") or a flag.
func (p *parser) onValue(cond *condSketch) bool {
	p.skipArticles()
	start := p.pos
	for {
		lit, ok := p.literal(false)
		if !ok {
			break
		}
		cond.values = append(cond.values, lit)
		if !p.moreValues() {
			break
		}
	}
	if len(cond.values) > 0 {
		cond.op = OpEq
		if len(cond.values) > 1 {
			cond.op = OpIn
		}
		return true
	}
	return p.flag(cond, start)
}

// ofTable reads a value behind the noun of its table: "operator Nord Lines".
func (p *parser) ofTable(cond *condSketch) bool {
	try := p.clone()
	try.skipArticles()
	noun, ok := try.segment(try.pos)
	if !ok || !noun.has(linkTable) {
		return false
	}
	try.take(noun.to - noun.from)
	lit, ok := try.literal(false)
	if !ok || lit.seg == nil {
		return false
	}
	var links []link
	for _, l := range lit.seg.links {
		for _, n := range noun.links {
			switch {
			case l.kind != linkValue:
			case n.kind == linkColumn && n.column == l.column:
				return false // a value of the column that is named
			case n.kind == linkTable && l.table == n.table:
				links = append(links, l)
			}
		}
	}
	if len(links) == 0 {
		return false
	}
	*p = *try
	lit.seg.links = links
	cond.op, cond.values = OpEq, []literal{lit}
	return true
}

// flag reads a column of truth values by its name: "cancelled".
func (p *parser) flag(cond *condSketch, start int) bool {
	seg, ok := p.segment(start)
	if !ok {
		return false
	}
	for _, l := range seg.links {
		if l.kind == linkColumn && l.column.kind == kindBool && l.quality >= qualityPartial {
			p.take(seg.to - seg.from)
			yes := true
			cond.ref, cond.flag = &phrase{segments: []segment{seg}}, &yes
			return true
		}
	}
	return false
}
