package sqlguard

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files and the function lists from the engine; read the difference")

// A review rule places a category of the engine's documentation: the section of our
// list it goes to, or nothing, and then only the functions named in only are allowed.
type reviewRule struct {
	section string
	only    string // allowed although the category is refused
	but     string // refused although the category is allowed
}

// reviewRules is the review of the functions. A function is allowed when its result
// is made of its arguments, the clock or the dice alone: nothing of the machine, the
// server, other users, files, the network, dictionaries or models, and no waiting.
var reviewRules = map[string]reviewRule{
	"Aggregate Functions":  {section: aggregateSection, but: "aggThrow flameGraph groupFormat"},
	"Arithmetic":           {section: "arithmetic"},
	"Arrays":               {section: "array"},
	"Bit":                  {section: "bit"},
	"Bitmap":               {section: "bitmap"},
	"Comparison":           {section: "comparison", but: "inIgnoreSet notInIgnoreSet globalInIgnoreSet globalNotInIgnoreSet nullInIgnoreSet notNullInIgnoreSet globalNullInIgnoreSet globalNotNullInIgnoreSet"},
	"Conditional":          {section: "conditional"},
	"Dates and Times":      {section: "date and time", but: "serverTimezone"},
	"Distance":             {section: "distance"},
	"Encoding":             {section: "encoding"},
	"Encryption":           {section: "encryption"},
	"Financial":            {section: "financial"},
	"Geo":                  {section: "geo"},
	"Geo Polygon":          {section: "geo"},
	"Hash":                 {section: "hash"},
	"IP Address":           {section: "IP"},
	"JSON":                 {section: "JSON"},
	"Logical":              {section: "logical"},
	"Map":                  {section: "map"},
	"Mathematical":         {section: "mathematical"},
	"Null":                 {section: "null"},
	"NumericIndexedVector": {section: "numeric indexed vector"},
	"QBit":                 {section: "vector"},
	"Random Number":        {section: "random"},
	"Rounding":             {section: "rounding"},
	"String":               {section: "string", but: "chdb"},
	"String Replacement":   {section: "string"},
	"String Search":        {section: "string"},
	"String Splitting":     {section: "string", but: "naiveBayesNgrams"},
	"Time Window":          {section: "time window"},
	"Tuple":                {section: "tuple"},
	"Type Conversion":      {section: "type conversion", but: "formatRow formatRowNoNewline"},
	"URL":                  {section: "URL parsing"},
	"UUID":                 {section: "UUID"},
	"Time Series":          {section: "time series", but: "timeSeriesCopyTags timeSeriesReplaceTag timeSeriesGroupToTags timeSeriesRemoveAllTagsExcept timeSeriesStoreTags timeSeriesCopyTag timeSeriesIdToGroup timeSeriesExtractTag timeSeriesJoinTags timeSeriesThrowDuplicateSeriesIf timeSeriesTagsToGroup timeSeriesIdToTags timeSeriesRemoveTag timeSeriesGroupToSamplingKey timeSeriesRemoveTags"},
	"Other":                {only: "MACNumToString MACStringToNum MACStringToOUI bar blockNumber blockSerializedSize blockSize byteSize colorOKLABToSRGB colorOKLCHToSRGB colorSRGBToOKLAB colorSRGBToOKLCH countDigits defaultValueOfArgumentType defaultValueOfTypeName digits dumpColumnStructure errorCodeToName finalizeAggregation flipCoordinates formatReadableDecimalSize formatReadableQuantity formatReadableSize formatReadableTimeDelta getSizeOfEnumType getSubcolumn icebergBucket icebergTruncate identity ignore indexHint initializeAggregation isConstant isDecimalOverflow lowCardinalityIndices lowCardinalityKeys materialize minSampleSizeContinuous minSampleSizeConversion neighbor parseReadableSize parseReadableSizeOrNull parseReadableSizeOrZero parseTimeDelta partitionId rowNumberInAllBlocks rowNumberInBlock runningAccumulate runningDifference runningDifferenceStartingWithFirstValue toColumnTypeName toTypeName transform variantElement variantType visibleWidth"},
	"Internal":             {only: "_CAST caseWithExpression"},
	"Machine Learning":     {},
	"AI":                   {},
	"Dictionary":           {},
	"Embedded Dictionary":  {},
	"Introspection":        {},
}

// otherSection is where the functions go that a refused category allows.
const otherSection = "other"

// review places a function: the section it is allowed in, or "" and the category it is refused in.
func review(name, category string, aggregate bool) (section string, known bool) {
	rule, known := reviewRules[category]
	in := func(list string) bool { return slices.Contains(strings.Fields(list), name) }
	switch {
	case aggregate && known && category == "Machine Learning":
		return aggregateSection, true
	case in(rule.but):
		return "", known
	case rule.section != "":
		return rule.section, known
	case in(rule.only):
		return otherSection, known
	}
	return "", known
}

// engineFunction is a row of system.functions.
type engineFunction struct {
	name, category, alias string
	aggregate, lambda     bool
}

func engineFunctions(t *testing.T, e *engine) []engineFunction {
	t.Helper()
	var functions []engineFunction
	for _, line := range e.lines(t, "SELECT name, categories, alias_to, is_aggregate, ifNull(higher_order, 0) FROM system.functions ORDER BY name") {
		f := strings.Split(line, "\t")
		functions = append(functions, engineFunction{f[0], f[1], f[2], f[3] == "1", f[4] == "1"})
	}
	return functions
}

// classify reviews every function; an alias goes where its target goes.
func classify(t *testing.T, functions []engineFunction) (allowed, refused, lambda string) {
	t.Helper()
	byName := map[string]engineFunction{}
	for _, f := range functions {
		byName[f.name] = f
	}
	allow, refuse, higher := map[string][]string{}, map[string][]string{}, map[string][]string{}
	for _, f := range functions {
		target := f
		for target.alias != "" && byName[target.alias].name != "" {
			target = byName[target.alias]
		}
		if target.alias == "groupArrayArray" { // a combinator, not a function of its own
			target = byName["groupArray"]
		}
		section, known := review(target.name, target.category, target.aggregate)
		if !known && target.alias == "" {
			t.Errorf("function %s is of the category %q, which has not been reviewed", f.name, f.category)
		}
		switch {
		case section != "":
			allow[section] = append(allow[section], f.name)
		default:
			refuse[strings.ToLower(target.category)] = append(refuse[strings.ToLower(target.category)], f.name)
		}
		if target.lambda {
			higher["higher-order"] = append(higher["higher-order"], f.name)
		}
	}
	return listText(allow), listText(refuse), listText(higher)
}

func listText(sections map[string][]string) string {
	var b strings.Builder
	titles := make([]string, 0, len(sections))
	for title := range sections {
		titles = append(titles, title)
	}
	slices.Sort(titles)
	for _, title := range titles {
		names := sections[title]
		slices.Sort(names)
		if title == "" {
			title = "other"
		}
		fmt.Fprintf(&b, "# %s\n%s\n", title, strings.Join(names, "\n"))
	}
	return b.String()
}

// Every function of the engine was reviewed: it stands in exactly one of the two
// lists. A function that an upgrade brings fails here, and is refused meanwhile.
func everyFunctionIsClassified(t *testing.T, e *engine) {
	t.Helper()
	functions := engineFunctions(t, e)
	allowed, refused, lambda := classify(t, functions)
	for file, want := range map[string]struct{ have, want string }{
		"functions.allowed": {allowedFunctions, allowed},
		"functions.refused": {refusedFunctions, refused},
		"functions.lambda":  {lambdaFunctions, lambda},
	} {
		if *update {
			if err := os.WriteFile(file, []byte(want.want), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if diff := cmp.Diff(strings.Split(want.have, "\n"), strings.Split(want.want, "\n")); diff != "" {
			t.Errorf("%s differs from the review of the engine's functions (-committed +engine):\n%s", file, diff)
		}
	}
	seen := map[string]string{}
	for file, list := range map[string]string{"allowed": allowed, "refused": refused} {
		eachFunction(list, func(_, name string) {
			if other, twice := seen[strings.ToLower(name)]; twice && other != file {
				t.Errorf("%s is both allowed and refused", name)
			}
			seen[strings.ToLower(name)] = file
		})
	}
	for _, f := range functions {
		if seen[strings.ToLower(f.name)] == "" {
			t.Errorf("%s is in neither list", f.name)
		}
	}
}
