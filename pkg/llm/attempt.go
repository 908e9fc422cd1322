package llm

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	openai "github.com/sashabaranov/go-openai"
)

// Failures of a reply that arrived.
var (
	errEmpty    = errors.New("the reply holds no answer")
	errCut      = errors.New("the reply was cut off at its length limit")
	errFiltered = errors.New("the endpoint's content filter stopped the reply")
	errRefused  = errors.New("the model refused")
	errOpen     = errors.New("the endpoint failed three times in a row; it is left alone for a minute")
)

// attempts sends a request until it is answered, or a retry is no use.
func (c *Client) attempts(ctx context.Context, r rung, q question) (string, error) {
	wait := c.cfg.BackOff
	for n := 1; ; n++ {
		if c.breaker.open() {
			return "", errOpen
		}
		reply, header, err := c.send(ctx, r, q)
		c.breaker.note(err, ctx.Err() != nil)
		if err == nil || n == maxAttempts || !retryable(err) || ctx.Err() != nil {
			return reply, err
		}
		pause := retryAfter(header, time.Now())
		if pause == 0 {
			pause = wait + rand.N(wait/2+1) //nolint:gosec // jitter needs no secrecy
			wait *= 2
		}
		if left, ok := ctx.Deadline(); ok && time.Until(left) <= pause {
			return "", err // nothing would be left for the call
		}
		c.cfg.Log.Debug("the model's endpoint asks for patience", "attempt", n, "pause", pause)
		select {
		case <-ctx.Done():
			return "", err
		case <-time.After(pause):
		}
	}
}

// send makes one call. The header is there even when the call failed.
func (c *Client) send(ctx context.Context, r rung, q question) (string, http.Header, error) {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.CallTimeout)
	defer cancel()
	resp, err := c.client.CreateChatCompletion(ctx, q.request(r))
	if err != nil {
		return "", resp.Header(), err
	}
	c.cfg.Log.Debug("the model answered", "rung", r.String(), "tokens_in", resp.Usage.PromptTokens, "tokens_out", resp.Usage.CompletionTokens)
	text, err := read(resp)
	return text, resp.Header(), err
}

// read takes the answer out of a reply that may be complete only in appearance.
func read(resp openai.ChatCompletionResponse) (string, error) {
	if len(resp.Choices) == 0 {
		return "", errEmpty
	}
	choice := resp.Choices[0]
	switch {
	case choice.Message.Refusal != "":
		return "", errRefused
	case choice.FinishReason == openai.FinishReasonLength:
		return "", errCut
	case choice.FinishReason == openai.FinishReasonContentFilter:
		return "", errFiltered
	}
	text := replyText(choice.Message)
	if text == "" {
		return "", errEmpty
	}
	return text, nil
}

// status is the HTTP status inside an error of the client library; 0 if none.
func status(err error) int {
	var api *openai.APIError
	if errors.As(err, &api) {
		return api.HTTPStatusCode
	}
	var request *openai.RequestError
	if errors.As(err, &request) {
		return request.HTTPStatusCode
	}
	return 0
}

// retryable says whether the same request may succeed later.
func retryable(err error) bool {
	switch code := status(err); {
	case code == http.StatusTooManyRequests:
		return !outOfQuota(err)
	case code >= 500, code == http.StatusRequestTimeout:
		return true
	case code != 0:
		return false
	}
	return connection(err)
}

// connection says whether no reply came at all.
func connection(err error) bool {
	for _, ours := range []error{errEmpty, errCut, errFiltered, errRefused, errOpen} {
		if errors.Is(err, ours) {
			return false
		}
	}
	return status(err) == 0 && !clientSide(err) && !errors.Is(err, context.Canceled)
}

// clientSide says whether the client library refused the request unsent.
func clientSide(err error) bool {
	for _, own := range []error{
		openai.ErrChatCompletionInvalidModel, openai.ErrReasoningModelMaxTokensDeprecated, openai.ErrReasoningModelLimitationsOther, openai.ErrReasoningModelLimitationsLogprobs,
		openai.ErrReasoningEffortUnsupported, openai.ErrReasoningToolsRequireResponses, openai.ErrReasoningSamplingUnsupported,
	} {
		if errors.Is(err, own) {
			return true
		}
	}
	return false
}

func outOfQuota(err error) bool {
	var api *openai.APIError
	return errors.As(err, &api) && (api.Code == "insufficient_quota" || api.Type == "insufficient_quota")
}

// stepsDown says whether a weaker way to ask may be taken.
func stepsDown(err error) bool {
	code := status(err)
	return errors.Is(err, errEmpty) || clientSide(err) || code == http.StatusBadRequest || code == http.StatusUnprocessableEntity
}

// retryAfter reads how long the endpoint wants to be left alone.
func retryAfter(header http.Header, now time.Time) time.Duration {
	value := header.Get("Retry-After")
	if seconds, err := strconv.ParseFloat(value, 64); err == nil && seconds > 0 {
		return time.Duration(seconds * float64(time.Second))
	}
	if at, err := http.ParseTime(value); err == nil && at.After(now) {
		return at.Sub(now)
	}
	return 0
}
