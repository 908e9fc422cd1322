package ask

import (
	"slices"
	"sort"
	"strings"
	"sync"
)

type linkKind int

const (
	linkTable linkKind = iota
	linkColumn
	linkValue
)

// link ties a span of words to something of the catalogue.
type link struct {
	kind   linkKind
	table  *tableInfo
	column *columnInfo
	value  string
	// quality is 1 for the exact name and falls with every liberty taken.
	quality float64
}

// Qualities of a link, by how it was found.
const (
	qualityExact     = 1.0
	qualityStem      = 0.98
	qualityCore      = 0.96
	qualityQualified = 0.97
	qualityHead      = 0.92
	qualityShort     = 0.90
	qualityBare      = 0.85 // a value without its punctuation
	qualityPartial   = 0.80
	qualityAbbrev    = 0.78
	qualityComment   = 0.72
)

// sure is the quality from which a link is not worth an assumption.
const sure = 0.95

// maxSpan is the longest name or value looked for, in words.
const maxSpan = 6

// linker finds what spans of a question's words may mean.
type linker struct {
	catalog *catalog
	toks    []token
	values  map[string][]link
	memo    map[[2]int][]link
	// near holds, per token, the tables and columns a span that begins with it
	// could mean, so that a span is compared with a few names only.
	near map[int][]nearby
}

// nearby is a table and those of its columns a token may begin to name.
type nearby struct {
	table   *tableInfo
	named   bool
	columns []*columnInfo
}

func newLinker(c *catalog, toks []token) *linker {
	return &linker{catalog: c, toks: toks, memo: map[[2]int][]link{}, near: map[int][]nearby{}}
}

// addValues makes sampled values of a column linkable.
func (l *linker) addValues(column *columnInfo, values []string) {
	if l.values == nil {
		l.values = map[string][]link{}
	}
	for _, value := range values {
		key := valueKey(value)
		if key != "" {
			l.values[key] = append(l.values[key], link{kind: linkValue, table: column.table, column: column, value: value, quality: qualityExact})
		}
	}
	l.memo = map[[2]int][]link{}
}

// valueKey is the words of a value, so that its punctuation does not matter.
func valueKey(value string) string {
	var words []string
	for _, tok := range tokenize(value) {
		words = append(words, strings.ToLower(tok.text))
	}
	return strings.Join(words, " ")
}

// links gives what the words from i up to j may mean, best first.
func (l *linker) links(i, j int) []link {
	key := [2]int{i, j}
	if found, ok := l.memo[key]; ok {
		return found
	}
	found := l.find(i, j)
	sort.SliceStable(found, func(a, b int) bool { return found[a].quality > found[b].quality })
	l.memo[key] = found
	return found
}

func (l *linker) find(i, j int) []link {
	span := l.toks[i:j]
	for _, tok := range span {
		if tok.kind == tokenSymbol || tok.kind == tokenDate || tok.kind == tokenQuoted && len(span) > 1 {
			return nil
		}
	}
	found := l.valueLinks(i, j)
	if span[0].kind != tokenWord {
		return found
	}
	words, stemmed := make([]string, len(span)), make([]string, len(span))
	for k, tok := range span {
		if tok.kind != tokenWord {
			return found // a number names nothing: it must not vanish in a name
		}
		words[k], stemmed[k] = tok.word, tok.stem
	}
	edges := functionWord(words[0]) || functionWord(words[len(words)-1])
	for _, near := range l.nearTo(i) {
		table := near.table
		if q := matchTable(words, stemmed, table); near.named && q > 0 && (!edges || q == qualityExact) {
			found = append(found, link{kind: linkTable, table: table, quality: q})
		}
		for _, column := range near.columns {
			if q := matchQualified(words, stemmed, column); q > 0 && (!edges || q >= qualityStem) {
				found = append(found, link{kind: linkColumn, table: table, column: column, quality: q})
			}
		}
	}
	return found
}

// nearTo finds what the token at i may begin to name: a table it could name, with
// all its columns ("order amount"), and any column with a word like it.
func (l *linker) nearTo(i int) []nearby {
	if known, ok := l.near[i]; ok {
		return known
	}
	tok := l.toks[i]
	all := []nearby{}
	for _, table := range l.catalog.tables {
		n := nearby{table: table, named: table.startsWith(tok)}
		if n.named {
			n.columns = table.columns
		} else {
			for _, column := range table.columns {
				if column.startsWith(tok) {
					n.columns = append(n.columns, column)
				}
			}
		}
		if n.named || len(n.columns) > 0 {
			all = append(all, n)
		}
	}
	l.near[i] = all
	return all
}

func (t *tableInfo) startsWith(tok token) bool {
	return tok.word == strings.ToLower(t.ref.Name) || slices.Contains(t.stems, tok.stem) || slices.Contains(t.perRow, tok.stem) || !functionWord(tok.word) && slices.Contains(t.comment, tok.stem)
}

func (c *columnInfo) startsWith(tok token) bool {
	if tok.word == c.lower || !functionWord(tok.word) && slices.Contains(c.comment, tok.stem) {
		return true
	}
	for i, word := range c.stems {
		if word == tok.stem || c.words[i] == tok.word || len(word) >= 3 && strings.HasPrefix(tok.stem, word[:3]) || abbreviations[word] == tok.stem || abbreviations[tok.stem] == word {
			return true
		}
	}
	return false
}

// valueLinks looks a span up among the sampled values. A span made of words of
// the grammar only counts as a value when it is written like one.
func (l *linker) valueLinks(i, j int) []link {
	if len(l.values) == 0 {
		return nil
	}
	span := l.toks[i:j]
	words, grammar := make([]string, len(span)), true
	for k, tok := range span {
		words[k] = strings.ToLower(tok.text)
		grammar = grammar && (vocabulary()[tok.word] || tok.kind == tokenNumber)
	}
	if span[0].kind == tokenQuoted {
		words, grammar = []string{valueKey(span[0].text)}, false
	}
	key := strings.Join(words, " ")
	found := slices.Clone(l.values[key])
	for i := range found {
		if strings.ContainsAny(found[i].value, "/\\#@*") {
			found[i].quality = qualityBare
		}
	}
	if span[0].kind == tokenQuoted {
		for i := range found {
			if found[i].value == span[0].text {
				found[i].quality = qualityExact
			}
		}
	}
	if len(found) == 0 && span[0].kind == tokenWord {
		words[len(words)-1] = stem(words[len(words)-1])
		for _, hit := range l.values[strings.Join(words, " ")] {
			hit.quality = qualityStem
			found = append(found, hit)
		}
	}
	if grammar {
		written := writtenSpan(span)
		found = slices.DeleteFunc(found, func(hit link) bool { return hit.value != written || strings.ToLower(written) == written })
	}
	return found
}

func writtenSpan(span []token) string {
	words := make([]string, len(span))
	for i, tok := range span {
		words[i] = tok.text
	}
	return strings.Join(words, " ")
}

func matchTable(words, stemmed []string, t *tableInfo) float64 {
	switch {
	case strings.Join(words, "_") == strings.ToLower(t.ref.Name), len(words) == 1 && words[0] == strings.ToLower(t.ref.Name):
		return qualityExact
	case slices.Equal(stemmed, t.stems):
		return qualityExact
	case len(t.perRow) > 0 && (slices.Equal(stemmed, t.perRow) || len(stemmed) == 1 && stemmed[0] == t.perRow[len(t.perRow)-1]):
		return qualityCore
	case len(t.stems) > 1 && len(stemmed) == 1 && stemmed[0] == t.stems[len(t.stems)-1]:
		return qualityShort
	case len(stemmed) == 1 && len(stemmed[0]) > 3 && !vocabulary()[words[0]] && slices.Contains(t.comment, stemmed[0]):
		return qualityComment
	}
	return 0
}

// matchQualified matches "TABLE COLUMN" and "COLUMN" alike.
func matchQualified(words, stemmed []string, c *columnInfo) float64 {
	best := matchColumn(words, stemmed, c)
	for k := 1; k < len(words) && !c.own; k++ {
		table := matchTable(words[:k], stemmed[:k], c.table)
		said := words[k-1] != stemmed[k-1] && (c.kind.temporal() || c.kind == kindBool)
		if table < qualityShort || said {
			continue
		}
		if q := matchColumn(words[k:], stemmed[k:], c); q >= qualityPartial {
			best = max(best, q*qualityQualified)
		}
	}
	return best
}

func matchColumn(words, stemmed []string, c *columnInfo) float64 {
	joined := strings.Join(words, "_")
	if joined == c.lower || len(words) == 1 && words[0] == c.lower {
		return qualityExact
	}
	if c.own {
		return 0
	}
	switch {
	case slices.Equal(words, c.words):
		return qualityExact
	case slices.Equal(stemmed, c.stems):
		return qualityStem
	case len(c.core) < len(c.stems) && slices.Equal(stemmed, c.core):
		return qualityCore
	case len(stemmed) > 1 && headNouns[stemmed[len(stemmed)-1]] && slices.Equal(stemmed[:len(stemmed)-1], c.core):
		return qualityHead
	case aligned(stemmed, c.core, beginning), aligned(stemmed, c.stems, beginning):
		return qualityShort
	case aligned(stemmed, c.core, shortFor), aligned(stemmed, c.stems, shortFor):
		return qualityAbbrev
	}
	return matchLoose(words, stemmed, c)
}

// matchLoose matches a part of the name, or words of the comment.
func matchLoose(words, stemmed []string, c *columnInfo) float64 {
	if len(stemmed) == 1 && (stemmed[0] == "id" || functionWord(words[0])) {
		return 0
	}
	name := c.core
	if len(stemmed) > 1 { // one word alone may not mean just the unit
		name = c.stems
	}
	if len(stemmed) < len(name) {
		for k := 0; k+len(stemmed) <= len(name); k++ {
			part := name[k : k+len(stemmed)]
			if slices.Equal(stemmed, part) {
				return qualityPartial
			}
		}
	}
	return matchComment(words, stemmed, c)
}

func matchComment(words, stemmed []string, c *columnInfo) float64 {
	if len(stemmed) == 1 && (len(stemmed[0]) < 4 || vocabulary()[words[0]]) {
		return 0
	}
	for k := 0; k+len(stemmed) <= len(c.comment); k++ {
		if slices.Equal(stemmed, c.comment[k:k+len(stemmed)]) {
			if len(stemmed) > 1 {
				return qualityPartial + 0.05
			}
			return qualityComment
		}
	}
	return 0
}

// aligned says whether the words of a name are short forms of the words asked
// for, in order; one word of the name may join several.
func aligned(asked, name []string, short func(name, asked string) bool) bool {
	if len(name) == 0 || len(asked) == 0 {
		return len(name) == 0 && len(asked) == 0
	}
	if short(name[0], asked[0]) && aligned(asked[1:], name[1:], short) {
		return true
	}
	for k := 2; k <= 3 && k <= len(asked); k++ {
		if joinedFor(name[0], asked[:k]) && aligned(asked[k:], name[1:], short) {
			return true
		}
	}
	return false
}

// shortFor says whether a word of a name stands for a word asked for.
func shortFor(name, asked string) bool {
	return asked != "" && name != "" && (beginning(name, asked) || abbreviations[name] == asked || abbreviations[asked] == name)
}

// beginning says whether a word of a name is the word asked for, or its start.
func beginning(name, asked string) bool {
	return name == asked || len(name) >= 3 && len(name) <= 5 && len(asked) >= len(name)+3 && strings.HasPrefix(asked, name)
}

// joinedFor says whether a word of a name is beginnings of several words run together.
func joinedFor(name string, asked []string) bool {
	if len(asked) == 0 {
		return name == ""
	}
	for n := min(len(asked[0]), len(name)); n >= 3; n-- {
		if strings.HasPrefix(name, asked[0][:n]) && joinedFor(name[n:], asked[1:]) {
			return true
		}
	}
	return false
}

// functionWord says whether a word only builds sentences.
func functionWord(word string) bool { return functionWords()[word] }

var functionWords = sync.OnceValue(func() map[string]bool {
	words := set("a an the of by per for from to in on at and or with without where is are was were be been each every that which who whose have has had not no than between as it its this these those all any how many much what when why there do does did we our us me i you please more less over under above below into using via within among during since before after until")
	for word := range harmless {
		words[word] = true
	}
	delete(words, "data")
	delete(words, "overall")
	return words
})

// vocabulary is every word of the grammar.
var vocabulary = sync.OnceValue(func() map[string]bool {
	words := map[string]bool{}
	add := func(phrase string) {
		for _, word := range strings.Fields(phrase) {
			words[word] = true
		}
	}
	for _, list := range []map[string]bool{harmless, functionWords(), leadIns, fillers, countPhrases, distinctWords, sharePhrases, groupPhrases, sortPhrases, relatives, linkingPreps, negations, equalPhrases, missingWords, presentWords, superlatives, frequent, rowNouns, trendPhrases, fillPhrases, latestWords, listVerbs} {
		for phrase := range list {
			add(phrase)
		}
	}
	addKeys(add, aggWords)
	addKeys(add, compareWords)
	addKeys(add, textOps)
	addKeys(add, grainAdverbs)
	addKeys(add, partWords)
	addKeys(add, monthNames)
	addKeys(add, numberWords)
	addKeys(add, grainWords)
	for word := range grainWords {
		add(word + "s")
	}
	for word := range units {
		add(word + " " + word + "s")
	}
	add("rows records entries and or top bottom percentile zone utc gmt time ascending descending asc desc last past previous preceding current today yesterday true false yes no column field")
	add("how much in terms according as well th null nothing than like ago onwards q1 q2 q3 q4 starting trend limit first")
	return words
})

func addKeys[V any](add func(string), m map[string]V) {
	for phrase := range m {
		add(phrase)
	}
}
