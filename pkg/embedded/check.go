package embedded

import (
	"fmt"

	"github.com/aurora-analytics/aurora/pkg/embedded/chdb"
)

// CheckLibrary loads the library at path and compares its functions and its
// version with what this build needs. Run it in a process of its own.
func CheckLibrary(path string) error {
	lib, err := chdb.Load(path)
	if err != nil {
		return fmt.Errorf("load %s: %w", path, err)
	}
	if got := lib.Version(); got != libraryAPI {
		return fmt.Errorf("load %s: the library says version %q, expected %s", path, got, libraryAPI)
	}
	return nil
}
