package kafka

import (
	"fmt"
	"os"
	"strings"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// Secrets gives a function that resolves references to secrets: ${env:NAME}
// by getenv, ${file:PATH} by reading the file without its last line end. A
// secret in clear text is refused, because it would end up in the pipeline's row.
func Secrets(getenv func(name string) string) func(reference string) (string, error) {
	return func(reference string) (string, error) {
		inner, ok := strings.CutPrefix(reference, "${")
		inner, closed := strings.CutSuffix(inner, "}")
		kind, name, colon := strings.Cut(inner, ":")
		if !ok || !closed || !colon || name == "" {
			return "", secretError("a secret is given by reference, not in clear text", "")
		}
		switch kind {
		case "env":
			if value := getenv(name); value != "" {
				return value, nil
			}
			return "", secretError("the environment variable "+name+" is not set", reference)
		case "file":
			content, err := os.ReadFile(name)
			if err != nil {
				return "", secretError("the file of a secret cannot be read", err.Error())
			}
			return strings.TrimRight(string(content), "\r\n"), nil
		}
		return "", secretError(fmt.Sprintf("a reference of the kind %q is not known", kind), reference)
	}
}

func secretError(title, detail string) error {
	return &aurora.Error{Code: aurora.CodeConfigInvalid, Title: title, Detail: detail, Hint: "use ${env:NAME} or ${file:PATH}"}
}
