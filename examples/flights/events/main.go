// Events writes a table of the example as JSON events, one per line, to stdout:
//
//	go run ./examples/flights/events flights | aurora topic produce flights -f -
package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/aurora-analytics/aurora/examples/flights/dataset"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: events "+strings.Join(dataset.Tables(), "|"))
		os.Exit(2)
	}
	if _, err := dataset.WriteEvents(os.Stdout, os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}
