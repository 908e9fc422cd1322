package sqlguard

import (
	"cmp"
	"slices"
	"strings"
)

// nearest gives up to n of the candidates that are spelled most like word, nearest first.
func nearest(word string, candidates []string, n int) []string {
	type scored struct {
		name  string
		score int
	}
	lower := strings.ToLower(word)
	limit := max(2, len(lower)/3)
	var near []scored
	for _, c := range candidates {
		other := strings.ToLower(c)
		score := distance(lower, other)
		if len(lower) >= 4 && (strings.Contains(other, lower) || strings.Contains(lower, other) && len(other) >= 4) {
			score = min(score, limit)
		}
		if score <= limit {
			near = append(near, scored{c, score})
		}
	}
	slices.SortFunc(near, func(a, b scored) int {
		return cmp.Or(cmp.Compare(a.score, b.score), cmp.Compare(len(a.name), len(b.name)), cmp.Compare(a.name, b.name))
	})
	var names []string
	for _, s := range near[:min(n, len(near))] {
		names = append(names, s.name)
	}
	return names
}

// distance is the number of single-character edits between two words.
func distance(a, b string) int {
	if d := len(a) - len(b); d > 8 || d < -8 || len(a) > 64 || len(b) > 64 {
		return 64
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// didYouMean is a hint that begins with the nearest names, if there are any.
func didYouMean(names []string, otherwise string) string {
	if len(names) == 0 {
		return otherwise
	}
	return "did you mean " + strings.Join(names, " or ") + "? " + otherwise
}
