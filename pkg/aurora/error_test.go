package aurora

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"
)

// declaredCodes reads the code constants from the source, so that none is forgotten.
func declaredCodes(t *testing.T) []Code {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "error.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var codes []Code
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		if typ, ok := spec.Type.(*ast.Ident); ok && typ.Name == "Code" {
			text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			codes = append(codes, Code(text))
		}
		return true
	})
	return codes
}

func TestEveryCodeHasADocumentedExit(t *testing.T) {
	t.Parallel()
	documented := map[Exit]bool{}
	for _, e := range Exits() {
		documented[e.Exit] = true
	}
	codes := declaredCodes(t)
	if len(codes) < 40 {
		t.Fatalf("found %d codes: the list is not complete", len(codes))
	}
	for _, code := range codes {
		exit, ok := Codes()[code]
		if !ok || exit == ExitOK || !documented[exit] {
			t.Errorf("code %s has exit %d (known: %t)", code, exit, ok)
		}
	}
	if len(codes) != len(Codes()) {
		t.Errorf("%d codes are declared, %d have an exit", len(codes), len(Codes()))
	}
}

func TestAsErrorKeepsCodeAndHintOfAWrappedError(t *testing.T) {
	t.Parallel()
	cause := &Error{Code: CodeTopicUnknown, Title: "no such topic", Hint: "aurora topic list"}
	got := AsError(fmt.Errorf("connect topic %q: %w", "orders", cause))
	if got.Code != CodeTopicUnknown || got.Hint != "aurora topic list" || got.ExitStatus() != ExitFailure {
		t.Errorf("got %+v", got)
	}
	if !errors.Is(got, cause) {
		t.Error("the cause is lost")
	}
}

func TestAsErrorGivesEveryErrorAHint(t *testing.T) {
	t.Parallel()
	for err, want := range map[error]Exit{
		context.DeadlineExceeded:                       ExitTimeout,
		fmt.Errorf("read: %w", context.Canceled):       ExitInterrupted,
		errors.New("boom"):                             ExitFailure,
		&Error{Code: CodeGuardRefused, Hint: "x"}:      ExitRefused,
		&Error{Code: CodeKafkaAway, Hint: "x"}:         ExitConnection,
		&Error{Code: CodeInternal, Exit: 2, Hint: "x"}: ExitUsage,
	} {
		e := AsError(err)
		if e.Hint == "" || e.ExitStatus() != want {
			t.Errorf("%v: hint %q, exit %d, want %d", err, e.Hint, e.ExitStatus(), want)
		}
	}
	if AsError(nil) != nil {
		t.Error("no error became an error")
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	names := []string{"clicks", "orders", "order_items", "users"}
	for word, want := range map[string]string{"click": "clicks", "ordrs": "orders", "zzzzzz": ""} {
		got := ""
		if near := Nearest(word, names, 1); len(near) > 0 {
			got = near[0]
		}
		if got != want {
			t.Errorf("Nearest(%q) = %q, want %q", word, got, want)
		}
	}
}

func TestTokenIsAPureFunctionOfTheRange(t *testing.T) {
	t.Parallel()
	p := Pipeline{ID: "clicks-1a2b", Epoch: 3, Source: Source{Topic: "clicks"}}
	if got, want := p.Token(Range{Partition: 4, First: 10, Last: 19}), "clicks-1a2b.3/clicks:4:10-19"; got != want {
		t.Errorf("token %q, want %q", got, want)
	}
	if got, want := p.Group(), "aurora.clicks-1a2b.e3"; got != want {
		t.Errorf("group %q, want %q", got, want)
	}
}
