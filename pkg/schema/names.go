package schema

import (
	"fmt"
	"strings"
	"unicode"
)

// names hands out column names, each once, without regard to case.
type names struct{ taken map[string]bool }

// reserved are the names of Aurora's own columns and of those that MergeTree
// itself has on every table.
const reserved = "_topic _partition _offset _timestamp _extra _key _headers _row " +
	"_part _part_index _part_uuid _part_offset _part_granule_offset _part_data_version _part_starting_offset " +
	"_partition_id _partition_value _sample_factor _row_exists _block_number _block_offset _disk_name " +
	"_table _database _distance"

func newNames() names {
	n := names{taken: map[string]bool{}}
	for _, name := range strings.Fields(reserved) {
		n.taken[name] = true
	}
	return n
}

// maxName is the longest name a column gets.
const maxName = 120

// take gives the column name of a path.
func (n names) take(path []string) string {
	parts := make([]string, len(path))
	for i, key := range path {
		parts[i] = clean(key)
	}
	name := strings.Join(parts, "_")
	if len(name) > maxName {
		name = name[:maxName]
	}
	if c := name[0]; c >= '0' && c <= '9' {
		name = "_" + name
	}
	if strings.HasPrefix(name, "_") && n.taken[strings.ToLower(name)] {
		name = "x" + name
	}
	free := name
	for i := 2; n.taken[strings.ToLower(free)]; i++ {
		free = fmt.Sprintf("%s_%d", name, i)
	}
	n.taken[strings.ToLower(free)] = true
	return free
}

// clean maps every run of characters that a name cannot have to one underscore.
func clean(key string) string {
	var b strings.Builder
	gap := false
	for _, r := range key {
		if r < 0x80 && (r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r)) {
			if gap && b.Len() > 0 {
				b.WriteByte('_')
			}
			gap = false
			b.WriteRune(r)
		} else {
			gap = true
		}
	}
	if b.Len() == 0 {
		return "x"
	}
	return b.String()
}

// split takes a name apart into lower-case words: snake_case, kebab-case and camelCase.
func split(name string) []string {
	var words []string
	var word []rune
	end := func() {
		if len(word) > 0 {
			words = append(words, strings.ToLower(string(word)))
			word = word[:0]
		}
	}
	runes := []rune(name)
	for i, r := range runes {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			end()
			continue
		case unicode.IsUpper(r) && i > 0 && (unicode.IsLower(runes[i-1]) || (i+1 < len(runes) && unicode.IsUpper(runes[i-1]) && unicode.IsLower(runes[i+1]))):
			end()
		}
		word = append(word, r)
	}
	end()
	return words
}
