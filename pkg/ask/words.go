package ask

// The vocabulary of the grammar: words of English that build a question,
// whatever it is about.

// harmless words say nothing that an answer could get wrong. They may stand
// anywhere.
var harmless = set("a an the please is are was were be been being there do does did have has had we our us me i you that which what it its this these those all any kindly also data overall recorded")

// leadIns open a question without saying what it asks.
var leadIns = phrases(
	"can you", "could you", "would you", "please", "show me", "show", "give me", "give", "tell me", "tell", "find me", "find",
	"get me", "get", "display", "calculate", "compute", "i want to know", "i would like to know", "i want to see", "i want", "i need",
	"i'd like to know", "let me know", "let me see", "report", "what is", "what was", "what are", "what were", "whats", "what's", "hi", "hello",
)

// fillers are phrases that may follow what a question asks for.
var fillers = phrases(
	"are there", "is there", "were there", "was there", "have there been", "had there been", "do we have", "did we have", "do i have",
	"have we got", "in total", "in all", "altogether", "overall", "do exist", "exist", "exists", "happened", "occurred", "took place",
	"in the data", "in the table", "in the database", "in our data",
)

// aggWords lead to an aggregate of a column.
var aggWords = map[string]Agg{
	"total": AggSum, "sum": AggSum, "summed": AggSum, "overall total": AggSum,
	"average": AggAvg, "avg": AggAvg, "mean": AggAvg,
	"minimum": AggMin, "min": AggMin, "lowest": AggMin, "smallest": AggMin, "shortest": AggMin, "earliest": AggMin, "least": AggMin,
	"maximum": AggMax, "max": AggMax, "highest": AggMax, "largest": AggMax, "longest": AggMax, "biggest": AggMax, "greatest": AggMax,
	"median": AggQuantile,
}

// sizeWords are aggregates that may be said of a thing as a whole: the longest
// trip is not the highest number that is called trip.
var sizeWords = set("lowest smallest shortest earliest least highest largest longest biggest greatest")

// countPhrases ask for a number of things.
var countPhrases = phrases("how many", "total number of", "total count of", "the number of", "number of", "count of", "the count of", "count how many", "count")

// distinctWords ask for different things.
var distinctWords = set("distinct unique different")

// sharePhrases ask for a part of a whole; the value says whether in percent.
var sharePhrases = map[string]bool{
	"what percentage of": true, "which percentage of": true, "percentage of": true, "what percent of": true, "percent of": true, "percentage": true, "how many percent of": true,
	"what share of": false, "which share of": false, "share of": false, "share": false, "what fraction of": false, "fraction of": false,
	"what proportion of": false, "proportion of": false, "what part of": false,
}

// groupPhrases lead to dimensions.
var groupPhrases = phrases(
	"by", "per", "for each", "for every", "in each", "in every", "from each", "to each", "at each", "on each", "of each", "each", "every",
	"grouped by", "group by", "broken down by", "broken out by", "split by", "split per", "across", "for the different", "for different", "depending on",
)

// sortPhrases lead to what an answer is sorted by.
var sortPhrases = phrases("sorted by", "sort by", "ordered by", "order by", "ranked by", "rank by")

// relatives lead to a condition.
var relatives = phrases(
	"where", "whose", "with", "having", "that have", "that has", "that had", "which have", "which has", "which had", "who have", "who has", "who had",
	"that are", "that is", "that were", "that was", "which are", "which is", "which were", "which was", "who are", "who is", "who were", "who was",
	"that", "who", "which", "are", "is", "were", "was", "had", "have", "has",
)

// linkingPreps may stand before a value.
var linkingPreps = set("from to for of in on at via by through using into within among carrying operated")

// negations turn the condition that follows around.
var negations = phrases(
	"is not", "are not", "was not", "were not", "isn't", "aren't", "wasn't", "weren't", "not from", "not to", "not in", "not for", "not", "excluding", "except for", "except",
	"other than", "but not", "without", "outside of",
)

// equalPhrases and the others stand between a column and a value.
var equalPhrases = phrases("is equal to", "are equal to", "equal to", "equals", "is exactly", "exactly", "is", "are", "was", "were", "of", "being", "=", "==", "in")

var compareWords = map[string]Op{
	"is more than": OpGt, "more than": OpGt, "greater than": OpGt, "bigger than": OpGt, "larger than": OpGt, "higher than": OpGt, "longer than": OpGt, "over": OpGt, "above": OpGt, "exceeding": OpGt, "exceeds": OpGt, "exceeded": OpGt, ">": OpGt, "heavier than": OpGt, "older than": OpGt,
	"at least": OpGe, "no less than": OpGe, "not less than": OpGe, "no fewer than": OpGe, "minimum of": OpGe, ">=": OpGe,
	"less than": OpLt, "fewer than": OpLt, "smaller than": OpLt, "lower than": OpLt, "shorter than": OpLt, "under": OpLt, "below": OpLt, "<": OpLt, "lighter than": OpLt, "younger than": OpLt,
	"at most": OpLe, "no more than": OpLe, "not more than": OpLe, "up to": OpLe, "maximum of": OpLe, "<=": OpLe,
	"!=": OpNe, "<>": OpNe, "not equal to": OpNe,
}

var textOps = map[string]Op{
	"contains": OpContains, "contain": OpContains, "containing": OpContains, "includes": OpContains, "including": OpContains,
	"starts with": OpStarts, "start with": OpStarts, "starting with": OpStarts, "begins with": OpStarts, "beginning with": OpStarts,
	"ends with": OpEnds, "end with": OpEnds, "ending with": OpEnds,
}

var missingWords = set("missing null empty unknown unset absent blank")
var presentWords = set("present known set")

// superlatives rank; true means the largest first.
var superlatives = map[string]bool{
	"most": true, "highest": true, "largest": true, "biggest": true, "greatest": true, "longest": true,
	"fewest": false, "least": false, "lowest": false, "smallest": false, "shortest": false,
}

// frequent are phrases that rank by the number of rows.
var frequent = map[string]bool{
	"most common": true, "most frequent": true, "most popular": true, "most used": true, "busiest": true,
	"least common": false, "least frequent": false, "least popular": false, "rarest": false,
}

var grainWords = map[string]Grain{
	"second": GrainSecond, "minute": GrainMinute, "hour": GrainHour, "day": GrainDay, "date": GrainDay, "week": GrainWeek, "month": GrainMonth, "quarter": GrainQuarter, "year": GrainYear,
}

var grainAdverbs = map[string]Grain{
	"hourly": GrainHour, "daily": GrainDay, "weekly": GrainWeek, "monthly": GrainMonth, "quarterly": GrainQuarter, "yearly": GrainYear, "annually": GrainYear, "annual": GrainYear,
}

var partWords = map[string]Part{
	"hour of day": PartHour, "hour of the day": PartHour, "day of week": PartWeekday, "day of the week": PartWeekday, "weekday": PartWeekday,
	"month of year": PartMonth, "month of the year": PartMonth, "day of month": PartDay, "day of the month": PartDay,
}

var monthNames = map[string]int{
	"january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8, "september": 9, "october": 10, "november": 11, "december": 12,
	"jan": 1, "feb": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "sept": 9, "oct": 10, "nov": 11, "dec": 12,
}

var numberWords = map[string]int{
	"zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "fifty": 50, "hundred": 100,
}

// rowNouns name the rows of any table.
var rowNouns = set("row record entry")

// writeVerbs ask for a change.
var writeVerbs = set("delete drop insert update truncate alter remove rename grant revoke detach attach erase purge wipe overwrite replace modify")

// abbreviations are the usual short forms in names of columns.
var abbreviations = map[string]string{
	"qty": "quantity", "amt": "amount", "ts": "timestamp", "cnt": "count", "num": "number", "no": "number", "nr": "number", "avg": "average", "pct": "percent",
	"desc": "description", "msg": "message", "src": "source", "dst": "destination", "req": "request", "resp": "response", "cat": "category", "dt": "date", "tz": "timezone", "lat": "latitude", "lon": "longitude", "lng": "longitude", "alt": "altitude", "temp": "temperature", "mem": "memory", "usr": "user", "cust": "customer", "prod": "product",
}

// headNouns may follow the name of a column without changing what is meant.
var headNouns = set("code number value id identifier column field")

// timeSuffixes end the names of columns that hold the time of something.
var timeSuffixes = set("at ts on time date timestamp datetime dt")

// phrases makes a set of phrases, longest first when looked up.
func phrases(list ...string) map[string]bool {
	m := map[string]bool{}
	for _, phrase := range list {
		m[phrase] = true
	}
	return m
}
