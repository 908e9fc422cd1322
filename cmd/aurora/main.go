// Command aurora is real-time analytics in one binary: Kafka topics become
// ClickHouse tables, questions become answers.
package main

import (
	"os"

	"github.com/aurora-analytics/aurora/cmd/aurora/cli"
)

func main() { os.Exit(cli.Main(cli.OSProcess())) }
