package server

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

const (
	apiPrefix = "/api/v1"
	specPath  = apiPrefix + "/openapi.yaml"
)

// public marks an operation that needs no sign-in. Every other one does, so
// that a forgotten mark closes a route instead of opening it.
var public = map[string]any{"public": true}

// recorder is a ServeMux that remembers its patterns, for the test that
// compares them with the specification.
type recorder struct {
	*http.ServeMux
	patterns []string
}

func newRecorder() *recorder { return &recorder{ServeMux: http.NewServeMux()} }

// HandleFunc registers a handler and remembers its pattern.
func (m *recorder) HandleFunc(pattern string, handler func(http.ResponseWriter, *http.Request)) {
	m.patterns = append(m.patterns, pattern)
	m.ServeMux.HandleFunc(pattern, handler)
}

func (s *Server) routes(pages *site) error {
	installProblems()
	api := humago.New(s.mux, apiConfig(s.version))
	api.UseMiddleware(s.requireIdentity)
	s.addReads(api)
	s.addQuestions(api)
	s.addSession(api)
	s.addProbes(api)
	if err := s.addSpec(api); err != nil {
		return err
	}
	for _, prefix := range []string{"/api/", "/clickhouse/", "/metrics"} { // never the web UI's
		s.mux.HandleFunc(prefix, s.unknown)
	}
	s.mux.HandleFunc("/", pages.serve)
	return nil
}

func apiConfig(version string) huma.Config {
	c := huma.DefaultConfig("Aurora", "v1")
	c.Info.Description = "Ask questions, run read-only SQL, and see pipelines and tables."
	c.OpenAPIPath = ""                 // served by addSpec, made once
	c.DocsPath, c.SchemasPath = "", "" // the page would load scripts from another host
	c.CreateHooks = nil                // no $schema in every body
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"token":   {Type: "http", Scheme: "bearer", Description: "The token in the run file serve.json of the data folder."},
		"session": {Type: "apiKey", In: "cookie", Name: "aurora_8360", Description: "The cookie of a signed-in browser; its name ends with the port."},
	}
	c.Security = []map[string][]string{{"token": {}}, {"session": {}}}
	return c
}

// requireIdentity lets only known clients pass to operations that are not public.
func (s *Server) requireIdentity(ctx huma.Context, next func(huma.Context)) {
	if open, _ := ctx.Operation().Metadata["public"].(bool); open {
		next(ctx)
		return
	}
	r, w := humago.Unwrap(ctx)
	if p := s.admit(r); p != nil {
		writeProblem(w, p)
		return
	}
	next(ctx)
}

// admit gives nil for a known client, else the problem to answer with.
func (s *Server) admit(r *http.Request) *Problem {
	if _, known := s.auth.identify(r); known {
		return nil
	}
	client := clientOf(r)
	if wait, locked := s.auth.locked(client); locked {
		return tooMany(r.Context(), wait)
	}
	if r.Header.Get("Authorization") != "" { // a wrong token is a guess, a missing one is not
		s.auth.guessed(client)
	}
	return refusal(r.Context(), http.StatusUnauthorized, "the request carries no valid token or session")
}

// addSpec writes the specification once and serves it.
func (s *Server) addSpec(api huma.API) error {
	huma.Register(api, huma.Operation{
		OperationID: "getSpec", Method: http.MethodGet, Path: specPath, Summary: "This document", Tags: []string{"service"},
		Metadata: public, Security: []map[string][]string{},
		Responses: map[string]*huma.Response{"200": {Description: "The OpenAPI document", Content: map[string]*huma.MediaType{
			"application/openapi+yaml": {Schema: &huma.Schema{Type: "string"}},
		}}},
	}, func(context.Context, *struct{}) (*document, error) {
		return &document{ContentType: "application/openapi+yaml", Status: http.StatusOK, Body: s.spec}, nil
	})
	spec, err := api.OpenAPI().YAML()
	s.spec = spec
	return err
}

// document is a body that is not JSON.
type document struct {
	ContentType string `header:"Content-Type"`
	Status      int
	Body        []byte
}

// unknown answers for paths of the API that do not exist, and for methods that a path does not have.
func (s *Server) unknown(w http.ResponseWriter, r *http.Request) {
	var allowed []string
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		probe := r.Clone(r.Context())
		probe.Method = method
		if _, pattern := s.mux.Handler(probe); strings.HasPrefix(pattern, method+" ") {
			allowed = append(allowed, method)
		}
	}
	if len(allowed) == 0 {
		writeProblem(w, refusal(r.Context(), http.StatusNotFound, "nothing is served under this path"))
		return
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	writeProblem(w, refusal(r.Context(), http.StatusMethodNotAllowed, "this path answers to "+strings.Join(allowed, ", ")))
}
