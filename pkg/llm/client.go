// Package llm is the adapter to language models: any endpoint that speaks the
// OpenAI chat interface. It asks for JSON in the strongest way the endpoint
// knows, retries what is worth a retry, keeps to time limits, and turns every
// failure into an [aurora.Error].
package llm

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	openai "github.com/sashabaranov/go-openai"
)

// DefaultModel is asked when none is named.
const DefaultModel = "gpt-3.5-turbo"

// The limits of a call.
const (
	defaultCallTimeout = 20 * time.Second
	defaultTimeout     = 60 * time.Second
	defaultBackOff     = 500 * time.Millisecond
	maxAttempts        = 3
	maxReply           = 4 << 20
	maxTokens          = 2000
)

// Config says how to reach a model.
type Config struct {
	// BaseURL is the address of the endpoint, "https://api.openai.com/v1" when empty.
	BaseURL string
	// Key is sent as bearer token; empty sends none, which local servers want.
	Key string
	// Model is the name of the model; empty means DefaultModel.
	Model string
	// CallTimeout bounds one request, Timeout one Complete with all its retries.
	CallTimeout, Timeout time.Duration
	// BackOff is the first wait before a retry; it doubles.
	BackOff time.Duration
	// Azure speaks the Azure dialect; AzureVersion is its API version.
	Azure        bool
	AzureVersion string
	// AzureDeployment names the deployment of a model; nil derives it from the model's name.
	AzureDeployment func(model string) string
	Log             *slog.Logger
}

// Client asks one endpoint. It is safe for concurrent use.
type Client struct {
	cfg    Config
	client *openai.Client

	mu      sync.Mutex
	rungs   map[string]rungMemory
	breaker breaker
}

// New makes a client. It dials nothing.
func New(cfg Config) *Client {
	if cfg.Model == "" {
		cfg.Model = DefaultModel
	}
	if cfg.CallTimeout <= 0 {
		cfg.CallTimeout = defaultCallTimeout
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = defaultTimeout
	}
	if cfg.BackOff <= 0 {
		cfg.BackOff = defaultBackOff
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Client{cfg: cfg, client: openai.NewClientWithConfig(wire(cfg)), rungs: map[string]rungMemory{}}
}

func wire(cfg Config) openai.ClientConfig {
	out := openai.DefaultConfig(cfg.Key)
	if cfg.Azure {
		out = openai.DefaultAzureConfig(cfg.Key, strings.TrimRight(cfg.BaseURL, "/"))
		if cfg.AzureVersion != "" { // the library's default is too old for a JSON schema
			out.APIVersion = cfg.AzureVersion
		}
		if cfg.AzureDeployment != nil {
			out.AzureModelMapperFunc = cfg.AzureDeployment
		}
	} else if cfg.BaseURL != "" {
		out.BaseURL = strings.TrimRight(cfg.BaseURL, "/")
	}
	// no timeout here: it would cut a slow reply that its context still allows
	out.HTTPClient = limited{&http.Client{}}
	return out
}

// limited bounds the size of a reply.
type limited struct{ client *http.Client }

// Do sends a request and limits the body of its response.
func (l limited) Do(req *http.Request) (*http.Response, error) {
	resp, err := l.client.Do(req)
	if err == nil {
		resp.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(resp.Body, maxReply), resp.Body}
	}
	return resp, err
}

// Name is the name of the model.
func (c *Client) Name() string { return c.cfg.Model }

// Complete asks the configured model for a reply in JSON of the schema.
func (c *Client) Complete(ctx context.Context, system, user string, schema json.RawMessage) (string, error) {
	return c.CompleteAs(ctx, c.cfg.Model, system, user, schema)
}

// CompleteAs asks another model of the same endpoint. The text it gives is the
// JSON object of the reply, without what a model may have written around it; it
// is not checked against the schema.
func (c *Client) CompleteAs(ctx context.Context, model, system, user string, schema json.RawMessage) (string, error) {
	if model == "" {
		model = c.cfg.Model
	}
	bounded, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	ask := question{model: model, system: system, user: user, schema: schema}
	for r := c.startRung(model); ; r++ {
		reply, err := c.attempts(bounded, r, ask)
		if err == nil {
			c.remember(model, r)
			return reply, nil
		}
		if r == rungText || !stepsDown(err) {
			return "", c.translate(ctx, model, err)
		}
		c.cfg.Log.Debug("the endpoint does not take this form of request", "rung", r.String(), "model", model)
	}
}

// question is one exchange, the same on every rung.
type question struct {
	model, system, user string
	schema              json.RawMessage
}
