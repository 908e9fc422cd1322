package server

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

// addProbes registers what load balancers and supervisors ask. The answers are
// words only: why something is not ready stands in /api/v1/status.
func (s *Server) addProbes(api huma.API) {
	probe := func(id, path, summary string) huma.Operation {
		return huma.Operation{
			OperationID: id, Method: http.MethodGet, Path: path, Summary: summary, Tags: []string{"service"},
			Metadata: public, Security: []map[string][]string{},
			Responses: map[string]*huma.Response{
				"200": {Description: "Yes", Content: plainText()},
				"503": {Description: "No", Content: plainText()},
			},
		}
	}
	huma.Register(api, probe("livez", "/livez", "Is the process alive"), func(context.Context, *struct{}) (*document, error) {
		return text(http.StatusOK, "alive\n"), nil
	})
	huma.Register(api, probe("readyz", "/readyz", "Does ClickHouse answer"), func(ctx context.Context, _ *struct{}) (*document, error) {
		if s.ready.get(ctx) == nil {
			return text(http.StatusOK, "ready\n"), nil
		}
		return text(http.StatusServiceUnavailable, "clickhouse does not answer\n"), nil
	})
}

func plainText() map[string]*huma.MediaType {
	return map[string]*huma.MediaType{"text/plain": {Schema: &huma.Schema{Type: "string"}}}
}

func text(status int, words string) *document {
	return &document{ContentType: "text/plain; charset=utf-8", Status: status, Body: []byte(words)}
}
