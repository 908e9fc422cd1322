// Package architecture keeps the structure of the program: which package may import which.
package architecture

import (
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/aurora-analytics/aurora/"

// layer is a row of the map: the packages in it, and which layers of the module they may import.
type layer struct {
	name     string
	packages []string // prefixes below the module path
	imports  []string // names of layers
}

// layers is the direction of the arrows: faces → engine → capabilities → nouns;
// adapters → nouns. Only the command line, which joins all, knows adapters.
var layers = []layer{
	{"nouns", []string{"pkg/aurora"}, nil},
	{"assets", []string{"webui"}, nil},
	{"decoding", []string{"pkg/decode", "pkg/schema", "pkg/demo"}, []string{"nouns", "decoding"}},
	{"capabilities", []string{"pkg/pipeline", "pkg/ask", "pkg/sqlguard"}, []string{"nouns", "decoding"}},
	{"configuration", []string{"pkg/config"}, []string{"nouns"}},
	{"kafka", []string{"pkg/kafka"}, []string{"nouns"}},
	{"clickhouse", []string{"pkg/clickhouse"}, []string{"nouns"}},
	{"embedded", []string{"pkg/embedded"}, []string{"nouns", "embedded"}},
	{"devbroker", []string{"pkg/devbroker"}, []string{"nouns"}},
	{"llm", []string{"pkg/llm"}, []string{"nouns", "llm"}},
	{"stack", []string{"pkg/stack"}, []string{"nouns"}},
	{"engine", []string{"pkg/engine"}, []string{"nouns", "decoding", "capabilities"}},
	{"server", []string{"pkg/server"}, []string{"nouns", "engine", "assets"}},
	{"terminal", []string{"tui"}, []string{"nouns", "engine"}},
	{"command", []string{"cmd/aurora"}, []string{"*"}},
	{"outside", []string{"test", "examples", "tools"}, []string{"*"}},
}

// layerOf gives the layer of a package, nil when the map lacks it.
func layerOf(path string) *layer {
	for i := range layers {
		for _, prefix := range layers[i].packages {
			if path == prefix || strings.HasPrefix(path, prefix+"/") {
				return &layers[i]
			}
		}
	}
	return nil
}

// offence says why a package may not import another; "" if it may.
func offence(from, to string) string {
	source, target := layerOf(from), layerOf(to)
	switch {
	case source == nil:
		return fmt.Sprintf("%s is in no layer: add it to the map", from)
	case target == nil:
		return fmt.Sprintf("%s imports %s, which is in no layer", from, to)
	case from == to, slices.Contains(source.imports, "*"), slices.Contains(source.imports, target.name):
		return ""
	}
	return fmt.Sprintf("%s (%s) imports %s (%s): arrows point down only", from, source.name, to, target.name)
}

func TestImportGraph(t *testing.T) {
	t.Parallel()
	list := exec.CommandContext(t.Context(), "go", "list", "-f", `{{.ImportPath}}{{range .Imports}} {{.}}{{end}}`, module+"...")
	list.Dir = "../.."
	output, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	edges := 0
	for line := range strings.Lines(string(output)) {
		fields := strings.Fields(line)
		from := strings.TrimPrefix(fields[0], module)
		for _, path := range fields[1:] {
			to, ours := strings.CutPrefix(path, module)
			if !ours {
				if from == "pkg/aurora" && strings.Contains(strings.Split(path, "/")[0], ".") {
					t.Errorf("pkg/aurora imports %s: it may import the standard library only", path)
				}
				continue
			}
			edges++
			if why := offence(from, to); why != "" {
				t.Error(why)
			}
		}
	}
	if edges < 10 {
		t.Fatalf("saw %d imports inside the module: the list is not complete", edges)
	}
}

func TestImportGraphNamesTheOffendingEdge(t *testing.T) {
	t.Parallel()
	tests := []struct{ from, to, want string }{
		{"pkg/aurora", "pkg/engine", "pkg/aurora (nouns) imports pkg/engine (engine): arrows point down only"},
		{"pkg/kafka", "pkg/clickhouse", "pkg/kafka (kafka) imports pkg/clickhouse (clickhouse): arrows point down only"},
		{"pkg/server", "pkg/clickhouse", "pkg/server (server) imports pkg/clickhouse (clickhouse): arrows point down only"},
		{"pkg/pipeline", "pkg/kafka", "pkg/pipeline (capabilities) imports pkg/kafka (kafka): arrows point down only"},
		{"tui", "pkg/engine", ""},
		{"cmd/aurora/cli", "pkg/kafka", ""},
		{"pkg/misc", "pkg/aurora", "pkg/misc is in no layer: add it to the map"},
	}
	for _, tt := range tests {
		if got := offence(tt.from, tt.to); got != tt.want {
			t.Errorf("offence(%s, %s) = %q, want %q", tt.from, tt.to, got, tt.want)
		}
	}
}
