package jsontext_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/aurora-analytics/aurora/pkg/decode/jsontext"
)

// FuzzParse compares every text with encoding/json: what is accepted, and the values.
// Only the differences that the package names are allowed.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{}`, `[]`, `null`, `{"a":1,"a":2}`, `{"a":[1,2.5e-3,-0,"x",true,null,{"b":{}}]}`, `"\ud83d\ude00\u0000\\\"\/\b\f\n\r\t"`,
		`"\ud800"`, `1e400`, `1e-400`, `-`, `01`, `1.`, `.5`, `+1`, `1e`, `{"a"}`, `{"a":}`, `[1,]`, `{,}`, `"` + "\xff" + `"`, "\"\x01\"",
		`18446744073709551616`, `-9223372036854775808`, `123456789012345678901234567890`, ` [ 1 , 2 ] `, `truex`, `nul`, `"abc`, "\ufeff1", `"\x"`, `"\u12"`, "\"é日😀\"",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		value, err := jsontext.Parse(text)
		var s jsontext.Scanner
		s.Reset(text)
		if skipErr := firstError(s.Skip(), func() error { return s.End() }); (skipErr == nil) != (err == nil) {
			t.Fatalf("Parse says %v, Skip %v", err, skipErr)
		}
		judge := json.NewDecoder(bytes.NewReader(text))
		judge.UseNumber()
		var want any
		judgeErr := judge.Decode(&want)
		if judgeErr == nil {
			if _, more := judge.Token(); !errors.Is(more, io.EOF) {
				judgeErr = fmt.Errorf("more text")
			}
		}
		if err != nil {
			if judgeErr == nil && !refusedOnPurpose(text, err) {
				t.Fatalf("refused with %v, encoding/json accepts %v", err, want)
			}
			return
		}
		if judgeErr != nil {
			t.Fatalf("accepted, encoding/json says %v", judgeErr)
		}
		if diff := cmp.Diff(want, plainOf(value)); diff != "" {
			t.Fatal(diff)
		}
		rewritten, err := jsontext.LastWins(text)
		if err != nil {
			t.Fatal(err)
		}
		again, err := jsontext.Parse(rewritten)
		if err != nil {
			t.Fatalf("%v in the rewritten text %q", err, rewritten)
		}
		if diff := cmp.Diff(want, plainOf(again)); diff != "" {
			t.Fatal(diff)
		}
	})
}

func firstError(err error, next func() error) error {
	if err != nil {
		return err
	}
	return next()
}

// refusedOnPurpose checks that the text has what the error says; a text is not
// refused for one of these reasons when it does not hold it.
func refusedOnPurpose(text []byte, err error) bool {
	var syntax *jsontext.SyntaxError
	if !errors.As(err, &syntax) {
		return false
	}
	switch syntax.Message {
	case "string is not UTF-8":
		return !utf8.Valid(text)
	case "lone surrogate":
		return bytes.Contains(bytes.ToLower(text), []byte(`\ud`))
	case "number out of range":
		return bytes.ContainsAny(text, "eE")
	}
	return bytes.Count(text, []byte("["))+bytes.Count(text, []byte("{")) > jsontext.MaxDepth
}

// plainOf makes of a value what encoding/json makes with UseNumber.
func plainOf(v jsontext.Value) any {
	switch v.Kind {
	case jsontext.Null:
		return nil
	case jsontext.Bool:
		return v.Text == "true"
	case jsontext.Integer, jsontext.Fraction:
		return json.Number(v.Text)
	case jsontext.String:
		return v.Text
	case jsontext.Array:
		items := make([]any, len(v.Elements))
		for i, e := range v.Elements {
			items[i] = plainOf(e)
		}
		return items
	}
	members := map[string]any{}
	for _, m := range v.Members {
		members[m.Key] = plainOf(m.Value)
	}
	return members
}
