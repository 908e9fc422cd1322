package aurora

import "strings"

// Nearest gives up to n of the candidates that are close to word by edit
// distance, nearest first; candidates further than half of the word's length
// (and at least 2 edits) are left out.
func Nearest(word string, candidates []string, n int) []string {
	type scored struct {
		name     string
		distance int
	}
	limit := max(2, len(word)/2)
	var near []scored
	for _, candidate := range candidates {
		if d := editDistance(strings.ToLower(word), strings.ToLower(candidate)); d <= limit {
			i := len(near)
			for i > 0 && near[i-1].distance > d {
				i--
			}
			near = append(near[:i], append([]scored{{candidate, d}}, near[i:]...)...)
		}
	}
	names := make([]string, 0, n)
	for _, s := range near[:min(n, len(near))] {
		names = append(names, s.name)
	}
	return names
}

// DidYouMean gives " (did you mean X?)" for the nearest candidate, or "".
func DidYouMean(word string, candidates []string) string {
	if near := Nearest(word, candidates, 1); len(near) > 0 {
		return " (did you mean " + near[0] + "?)"
	}
	return ""
}

// editDistance is the Levenshtein distance in bytes.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			substitution := diagonal
			if a[i-1] != b[j-1] {
				substitution++
			}
			diagonal = row[j]
			row[j] = min(row[j]+1, row[j-1]+1, substitution)
		}
	}
	return row[len(b)]
}
