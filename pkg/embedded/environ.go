package embedded

import (
	"slices"
	"strings"
)

// keptVariables are the only ones the engine's process may have. SQL can read
// that process's environment through /proc, so no secret may ever be in it.
var keptVariables = []string{"PATH", "LANG", "LC_ALL"}

// Environ reduces an environment to what the engine's process may have, and sets
// its time zone to UTC. `aurora engine` starts itself again with the result.
func Environ(environ []string) []string {
	reduced := []string{"TZ=UTC"}
	for _, entry := range environ {
		name, _, _ := strings.Cut(entry, "=")
		if slices.Contains(keptVariables, name) {
			reduced = append(reduced, entry)
		}
	}
	slices.Sort(reduced)
	return slices.Compact(reduced)
}

// Reduced says whether an environment is one that [Environ] gave.
func Reduced(environ []string) bool {
	sorted := slices.Sorted(slices.Values(environ))
	return slices.Equal(sorted, Environ(environ))
}
