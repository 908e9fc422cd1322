package server_test

import (
	"flag"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/aurora-analytics/aurora/pkg/server"
)

var update = flag.Bool("update", false, "write openapi.yaml anew")

const specFile = "openapi.yaml"

func TestSpecIsCommitted(t *testing.T) {
	t.Parallel()
	spec := newFixture(t, nil).Spec()
	if *update {
		if err := os.WriteFile(specFile, spec, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	committed, err := os.ReadFile(specFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(committed), string(spec)); diff != "" {
		t.Errorf("%s is old; run `go test ./pkg/server -run Spec -update` and `npm --prefix webui run generate`:\n%s", specFile, diff)
	}
}

// notInSpec are the routes that only refuse, and the pages.
var notInSpec = []string{"/", "/api/", "/clickhouse/", "/metrics"}

func TestEveryRouteIsInTheSpec(t *testing.T) {
	t.Parallel()
	s := newFixture(t, nil)
	var document struct {
		Paths map[string]map[string]any `yaml:"paths"`
	}
	if err := yaml.Unmarshal(s.Spec(), &document); err != nil {
		t.Fatal(err)
	}
	var documented []string
	for path, operations := range document.Paths {
		for method := range operations {
			documented = append(documented, strings.ToUpper(method)+" "+path)
		}
	}
	served := slices.DeleteFunc(server.Patterns(s.Server), func(p string) bool { return slices.Contains(notInSpec, p) })
	slices.Sort(documented)
	slices.Sort(served)
	if diff := cmp.Diff(served, documented); diff != "" {
		t.Errorf("routes served (-) and documented (+):\n%s", diff)
	}
}

// openRoutes need no sign-in; a route that is not listed must refuse strangers.
var openRoutes = []string{"GET /api/v1/openapi.yaml", "POST /api/v1/session", "DELETE /api/v1/session", "GET /auth", "GET /livez", "GET /readyz"}

func TestEveryOtherRouteRefusesStrangers(t *testing.T) {
	t.Parallel()
	s := newFixture(t, nil)
	parameter := regexp.MustCompile(`\{[^}]*\}`)
	for _, pattern := range server.Patterns(s.Server) {
		method, path, found := strings.Cut(pattern, " ")
		if !found || slices.Contains(openRoutes, pattern) {
			continue
		}
		body := ""
		if method == "POST" {
			body = `{}`
		}
		r := s.do(request(method, parameter.ReplaceAllString(path, "x"), body, stranger))
		if r.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s answers %d to a stranger, want 401", pattern, r.StatusCode)
		}
	}
}

func TestSpecIsServedAndNamesNoOtherHost(t *testing.T) {
	t.Parallel()
	s := newFixture(t, nil)
	r := s.do(request("GET", "/api/v1/openapi.yaml", "", stranger))
	wantStatus(t, r, http.StatusOK)
	spec := text(t, r)
	if spec != string(s.Spec()) || r.Header.Get("Content-Type") != "application/openapi+yaml" {
		t.Errorf("served another document, as %s", r.Header.Get("Content-Type"))
	}
	if strings.Contains(spec, "$schema") || regexp.MustCompile(`https?://`).MatchString(spec) {
		t.Errorf("the document points elsewhere")
	}
}
