package server

import (
	"cmp"
	"context"
	"encoding/base64"
	"net/http"
	"regexp"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// Page is one page of a list.
type Page[T any] struct {
	Items []T `json:"items" nullable:"false"`
	// NextCursor gets the next page; empty on the last one.
	NextCursor string `json:"next_cursor,omitempty" doc:"Pass it as cursor to get the next page; absent on the last one."`
}

type pageInput struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"The most items to answer with."`
	Cursor string `query:"cursor" maxLength:"400" doc:"next_cursor of the page before."`
}

type body[T any] struct{ Body T }

func (s *Server) addReads(api huma.API) {
	huma.Register(api, read("getStatus", "/status", "Health of the stack, pipelines and workers"),
		func(ctx context.Context, _ *struct{}) (*body[aurora.Status], error) {
			status, err := s.engine.Status(ctx)
			status.Pipelines = publicPipelines(status.Pipelines)
			return answer(ctx, s, status, err)
		})
	huma.Register(api, read("listPipelines", "/pipelines", "All pipelines"),
		func(ctx context.Context, in *pageInput) (*body[Page[aurora.Pipeline]], error) {
			all, err := s.engine.Pipelines(ctx)
			return answer(ctx, s, pageOf(publicPipelines(all), pipelineName, *in), err)
		})
	huma.Register(api, read("getPipeline", "/pipelines/{id}", "One pipeline, by name or id"), s.getPipeline)
	huma.Register(api, read("listTables", "/tables", "All tables with their columns"),
		func(ctx context.Context, in *pageInput) (*body[Page[aurora.Table]], error) {
			all, err := s.engine.Tables(ctx)
			return answer(ctx, s, pageOf(all, tableName, *in), err)
		})
	huma.Register(api, read("getTable", "/tables/{name}", "One table"), s.getTable)
}

func read(id, path, summary string) huma.Operation {
	return huma.Operation{OperationID: id, Method: http.MethodGet, Path: apiPrefix + path, Summary: summary, Tags: []string{"stack"}}
}

// answer is a body, or the problem that err is.
func answer[T any](ctx context.Context, s *Server, value T, err error) (*body[T], error) {
	if err != nil {
		return nil, s.problem(ctx, err)
	}
	return &body[T]{Body: value}, nil
}

// problem turns an error into what the client gets, and logs what it does not get.
func (s *Server) problem(ctx context.Context, err error) *Problem {
	p := problemOf(ctx, err)
	if p.Status == http.StatusInternalServerError {
		s.log.Error("request failed", "request_id", p.RequestID, "err", err)
	}
	return p
}

func (s *Server) getPipeline(ctx context.Context, in *struct {
	ID string `path:"id" maxLength:"300"`
}) (*body[aurora.Pipeline], error) {
	all, err := s.engine.Pipelines(ctx)
	if err != nil {
		return nil, s.problem(ctx, err)
	}
	for _, p := range publicPipelines(all) {
		if p.ID == in.ID || p.Name == in.ID {
			return &body[aurora.Pipeline]{Body: p}, nil
		}
	}
	return nil, s.problem(ctx, unknownName("pipeline", in.ID, "/api/v1/pipelines", all, pipelineName))
}

func (s *Server) getTable(ctx context.Context, in *struct {
	Name string `path:"name" maxLength:"300"`
}) (*body[aurora.Table], error) {
	all, err := s.engine.Tables(ctx)
	if err != nil {
		return nil, s.problem(ctx, err)
	}
	for _, t := range all {
		if t.Name == in.Name {
			return &body[aurora.Table]{Body: t}, nil
		}
	}
	return nil, s.problem(ctx, unknownName("table", in.Name, "/api/v1/tables", all, tableName))
}

func unknownName[T any](kind, name, list string, all []T, nameOf func(T) string) error {
	names := make([]string, 0, len(all))
	for _, item := range all {
		names = append(names, nameOf(item))
	}
	return &aurora.Error{
		Code: aurora.CodeNotFound, Title: "no " + kind + " has this name" + aurora.DidYouMean(name, names),
		Hint: "GET " + list + " lists them",
	}
}

func pipelineName(p aurora.Pipeline) string { return p.Name }

func tableName(t aurora.Table) string { return t.Name }

// pageOf cuts one page out of a list in the order of its names. The cursor is
// the last name of the page before, so a list that changes meanwhile neither
// repeats nor skips what stayed.
func pageOf[T any](all []T, name func(T) string, in pageInput) Page[T] {
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b T) int { return cmp.Compare(name(a), name(b)) })
	if after, err := base64.RawURLEncoding.DecodeString(in.Cursor); err == nil && len(after) > 0 {
		all = slices.DeleteFunc(all, func(item T) bool { return name(item) <= string(after) })
	}
	page := Page[T]{Items: all}
	if len(all) > in.Limit {
		page.Items = all[:in.Limit]
		page.NextCursor = base64.RawURLEncoding.EncodeToString([]byte(name(page.Items[in.Limit-1])))
	}
	if page.Items == nil {
		page.Items = []T{}
	}
	return page
}

var secretReference = regexp.MustCompile(`^\$\{(env|file|keyring|ssm):[^}]*\}$`)

// publicPipelines drops the secrets of sources. They should be references; one
// that is not must not reach a browser.
func publicPipelines(all []aurora.Pipeline) []aurora.Pipeline {
	all = slices.Clone(all)
	for i := range all {
		if password := all[i].Source.Broker.SASLPassword; password != "" && !secretReference.MatchString(password) {
			all[i].Source.Broker.SASLPassword = "***"
		}
	}
	return all
}
