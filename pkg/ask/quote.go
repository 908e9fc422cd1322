package ask

import "strings"

// quote writes a name of the catalogue as an identifier. Plain names stay as
// they are, so that statements read well; all others are quoted.
func quote(name string) string {
	if plainName(name) {
		return name
	}
	return "`" + strings.NewReplacer("\\", "\\\\", "`", "\\`").Replace(name) + "`"
}

func plainName(name string) bool {
	for i, r := range name {
		letter := r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return name != "" && !reserved[strings.ToLower(name)]
}

// reserved lists the words that must not stand bare as a name.
var reserved = set("all and any array as asc between by case cast cross date desc distinct else end except exists extract false final format from full global group having if ilike in inner insert intersect interval into is join left like limit not null offset on or order outer over partition prewhere right sample select semi settings table then timestamp to trim true union using values when where window with")

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, word := range strings.Fields(words) {
		m[word] = true
	}
	return m
}
