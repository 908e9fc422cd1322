package config

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

type entry struct {
	value string
	line  int
}

// parseFile flattens a YAML file to dotted keys. Unknown keys are problems that
// name the line and the nearest key.
func parseFile(name string, content []byte) (map[string]entry, []string) {
	if len(content) == 0 {
		return nil, nil
	}
	var document yaml.Node
	if err := yaml.Unmarshal(content, &document); err != nil {
		return nil, []string{fmt.Sprintf("%s: %s", name, strings.TrimPrefix(err.Error(), "yaml: "))}
	}
	if len(document.Content) == 0 {
		return nil, nil
	}
	known := map[string]bool{}
	var keys []string
	for _, s := range Settings() {
		known[s.Key] = true
		keys = append(keys, s.Key)
	}
	entries := map[string]entry{}
	var problems []string
	flatten("", document.Content[0], func(key string, value *yaml.Node) {
		if !known[key] {
			problems = append(problems, fmt.Sprintf("%s:%d: unknown key %q%s", name, value.Line, key, aurora.DidYouMean(key, keys)))
			return
		}
		entries[key] = entry{scalar(value), value.Line}
	})
	return entries, problems
}

func flatten(prefix string, node *yaml.Node, emit func(string, *yaml.Node)) {
	if node.Kind != yaml.MappingNode {
		emit(strings.TrimSuffix(prefix, "."), node)
		return
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		flatten(prefix+node.Content[i].Value+".", node.Content[i+1], emit)
	}
}

// scalar gives a node's text; the items of a sequence are joined by commas.
func scalar(node *yaml.Node) string {
	if node.Kind != yaml.SequenceNode {
		return node.Value
	}
	var items []string
	for _, item := range node.Content {
		items = append(items, item.Value)
	}
	return strings.Join(items, ",")
}
