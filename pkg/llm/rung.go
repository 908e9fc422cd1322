package llm

import (
	"encoding/json"
	"math"
	"strings"
	"time"

	openai "github.com/sashabaranov/go-openai"
)

// rung is a way to ask for JSON, from the strongest to the weakest. Endpoints
// differ in what they take: gpt-3.5-turbo knows no JSON schema, LM Studio knows
// only that.
type rung int

const (
	rungSchema rung = iota
	rungTool
	rungObject
	rungText
)

func (r rung) String() string {
	return [...]string{"json_schema", "tool", "json_object", "text"}[r]
}

// rungFor is how long a rung that worked is kept before the top is tried again.
const rungFor = 7 * 24 * time.Hour

type rungMemory struct {
	rung  rung
	since time.Time
}

const toolName = "answer"

// startRung is the rung that worked last, or the first that can be expected to.
func (c *Client) startRung(model string) rung {
	c.mu.Lock()
	defer c.mu.Unlock()
	if known, ok := c.rungs[model]; ok && time.Since(known.since) < rungFor {
		return known.rung
	}
	if strings.HasPrefix(model, "gpt-3.5") {
		return rungTool
	}
	return rungSchema
}

func (c *Client) remember(model string, r rung) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if known, ok := c.rungs[model]; !ok || known.rung != r || time.Since(known.since) >= rungFor {
		c.rungs[model] = rungMemory{rung: r, since: time.Now()}
	}
}

// request writes the question for a rung.
func (q question) request(r rung) openai.ChatCompletionRequest {
	req := openai.ChatCompletionRequest{
		Model: q.model,
		Messages: []openai.ChatCompletionMessage{
			{Role: openai.ChatMessageRoleSystem, Content: q.system},
			{Role: openai.ChatMessageRoleUser, Content: q.user},
		},
	}
	if reasoning(q.model) { // the client refuses a temperature for these names
		req.MaxCompletionTokens = 4 * maxTokens
	} else {
		req.MaxTokens = maxTokens                     //nolint:staticcheck // deprecated by OpenAI; compatible servers know only this name
		req.Temperature = math.SmallestNonzeroFloat32 // 0 would be left out, and mean 1
	}
	switch r {
	case rungSchema:
		req.ResponseFormat = &openai.ChatCompletionResponseFormat{
			Type:       openai.ChatCompletionResponseFormatTypeJSONSchema,
			JSONSchema: &openai.ChatCompletionResponseFormatJSONSchema{Name: toolName, Schema: q.schema, Strict: true},
		}
	case rungTool:
		req.Tools = []openai.Tool{{Type: openai.ToolTypeFunction, Function: &openai.FunctionDefinition{Name: toolName, Description: "Give the answer.", Parameters: q.schema}}}
		req.ToolChoice = openai.ToolChoice{Type: openai.ToolTypeFunction, Function: openai.ToolFunction{Name: toolName}}
	case rungObject:
		req.ResponseFormat = &openai.ChatCompletionResponseFormat{Type: openai.ChatCompletionResponseFormatTypeJSONObject}
		if !strings.Contains(q.system+q.user, "JSON") { // servers refuse the mode without the word
			req.Messages[0].Content += "\nReply with one JSON object."
		}
	case rungText:
	}
	return req
}

// reasoning says whether the client library treats a name as a reasoning model.
func reasoning(model string) bool {
	for _, prefix := range []string{"o1", "o3", "o4", "gpt-5", "gpt-6"} {
		if strings.HasPrefix(model, prefix) {
			return true
		}
	}
	return false
}

// replyText takes the JSON out of a message, wherever the rung put it.
func replyText(m openai.ChatCompletionMessage) string {
	for _, call := range m.ToolCalls {
		if text := extract(call.Function.Arguments); text != "" {
			return text
		}
	}
	if m.FunctionCall != nil && m.FunctionCall.Arguments != "" {
		return extract(m.FunctionCall.Arguments)
	}
	return extract(m.Content)
}

// extract finds the first balanced JSON object in a text; without one the text
// itself is given, so that the caller can say what is wrong with it.
func extract(text string) string {
	text = strings.TrimSpace(text)
	for start := strings.IndexByte(text, '{'); start >= 0; {
		decoder := json.NewDecoder(strings.NewReader(text[start:]))
		var object map[string]json.RawMessage
		if decoder.Decode(&object) == nil {
			return text[start : start+int(decoder.InputOffset())]
		}
		next := strings.IndexByte(text[start+1:], '{')
		if next < 0 {
			break
		}
		start += 1 + next
	}
	return text
}
