// Reference computes the answers to the questions of this example from the CSV
// files, without ClickHouse, and writes them to stdout:
//
//	go run ./examples/flights/reference > examples/flights/references.json
package main

import (
	"fmt"
	"os"

	"github.com/aurora-analytics/aurora/examples/flights/reference/answers"
)

func main() {
	text, err := answers.JSON()
	if err == nil {
		_, err = os.Stdout.Write(text)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}
