package llm

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	openai "github.com/sashabaranov/go-openai"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// translate turns a failure into an error a user can act upon.
func (c *Client) translate(ctx context.Context, model string, err error) error {
	if ctx.Err() != nil { // the asker gave up, or the question's time ran out
		return fmt.Errorf("ask the model: %w", ctx.Err())
	}
	e := &aurora.Error{Code: aurora.CodeModelFailed, Title: "the language model " + model + " did not answer", Detail: c.detail(err), Hint: "ask again, choose another model with --model, or ask with --offline", Err: err}
	code := status(err)
	switch {
	case errors.Is(err, errRefused), errors.Is(err, errFiltered):
		e.Title = "the language model " + model + " refused the question"
	case errors.Is(err, errCut), errors.Is(err, errEmpty):
		e.Code, e.Title = aurora.CodeModelReply, "the reply of "+model+" cannot be used"
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		e.Code, e.Title, e.Hint = aurora.CodeModelAuth, "the model's endpoint refuses the key", "set OPENAI_API_KEY to a valid key, or ask with --offline"
	case code == http.StatusNotFound:
		e.Title, e.Hint = "the endpoint "+c.address()+" does not know the model "+model, "name another with --model, and check OPENAI_BASE_URL (it mostly ends in /v1)"
	case code == http.StatusTooManyRequests:
		e.Code, e.Title = aurora.CodeRateLimited, "the model's endpoint takes no more requests for now"
		e.Hint = "wait a moment, check the quota, or ask with --offline"
	case code >= http.StatusInternalServerError, code == http.StatusRequestTimeout, errors.Is(err, errOpen), connection(err):
		e.Code, e.Title, e.Hint = aurora.CodeModelAway, "cannot reach the language model at "+c.address(), "check OPENAI_BASE_URL and the network, or ask with --offline"
	}
	return e
}

func (c *Client) address() string {
	if c.cfg.BaseURL == "" {
		return "api.openai.com"
	}
	if u, err := url.Parse(c.cfg.BaseURL); err == nil && u.Host != "" {
		return u.Host
	}
	return "the configured address"
}

// detail says a failure in words. The library's own text is of no use for a
// reply without an error object, and a server may echo the key.
func (c *Client) detail(err error) string {
	var api *openai.APIError
	var request *openai.RequestError
	text := ""
	switch {
	case errors.As(err, &api):
		text = fmt.Sprintf("%d: %s", api.HTTPStatusCode, api.Message)
	case errors.As(err, &request):
		text = fmt.Sprintf("it answered %d %s", request.HTTPStatusCode, http.StatusText(request.HTTPStatusCode))
	case errors.Is(err, context.DeadlineExceeded):
		text = "no reply within " + c.cfg.CallTimeout.String()
	default:
		text = err.Error()
	}
	if c.cfg.Key != "" {
		text = strings.ReplaceAll(text, c.cfg.Key, "***")
	}
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > 300 {
		text = strings.ToValidUTF8(text[:300], "") + "…"
	}
	return text
}
