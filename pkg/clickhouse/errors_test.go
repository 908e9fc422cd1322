package clickhouse

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// dbAt gives a DB for an address where there is no engine.
func dbAt(t *testing.T, url string) *DB {
	t.Helper()
	db, err := Open(Config{URL: url, Writer: Credentials{"writer", "secret-w"}, Reader: Credentials{"reader", "secret-r"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// everyCall are the ways a DB reaches ClickHouse: each must tell the same story.
func everyCall(db *DB) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"ping": db.Ping,
		"exec": func(ctx context.Context) error { return db.Exec(ctx, "SELECT 1") },
		"query": func(ctx context.Context) error {
			_, err := db.Query(ctx, aurora.Statement{SQL: "SELECT 1"}, aurora.Limits{})
			return err
		},
		"block": func(ctx context.Context) error { return db.InsertBlock(ctx, "t", []string{"a"}, []byte("x"), "token") },
		"beat":  func(ctx context.Context) error { return db.Heartbeat(ctx, aurora.Worker{Name: "w"}) },
	}
}

func TestOpenDialsNothing(t *testing.T) {
	t.Parallel()
	dbAt(t, "http://127.0.0.1:1")
	for _, url := range []string{"", "127.0.0.1:8361", "clickhouse://127.0.0.1:9000", "http://"} {
		_, err := Open(Config{URL: url})
		wantCode(t, err, aurora.CodeConfigInvalid)
	}
}

func TestNothingListens(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := ln.Addr().String()
	_ = ln.Close()
	db := dbAt(t, "http://"+address)
	for name, run := range everyCall(db) {
		t.Run(name, func(t *testing.T) {
			err := run(t.Context())
			e := wantCode(t, err, aurora.CodeClickHouseAway)
			if e.ExitStatus() != aurora.ExitConnection || e.Hint != "aurora up" || !strings.Contains(e.Title, address) || !strings.Contains(e.Detail, "connection refused") {
				t.Errorf("error = %+v", e)
			}
			if !Retryable(err) {
				t.Error("not retryable")
			}
		})
	}
}

func TestWhatListensIsNotClickHouse(t *testing.T) {
	t.Parallel()
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>hello") }))
	t.Cleanup(web.Close)
	missing := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(missing.Close)
	for name, url := range map[string]string{
		"a web page": web.URL, "a 404": missing.URL, "another protocol": "http://" + chatter(t, "\x15\x03\x01hello\n\n"),
		"https where there is none": strings.Replace(web.URL, "http:", "https:", 1),
	} {
		db := dbAt(t, url)
		for call, run := range everyCall(db) {
			t.Run(name+"/"+call, func(t *testing.T) {
				e := wantCode(t, run(t.Context()), aurora.CodeClickHouseWrong)
				if strings.Contains(e.Error(), "secret") {
					t.Errorf("a secret in %q", e.Error())
				}
			})
		}
	}
}

// chatter listens and says the same to everybody.
func chatter(t *testing.T, words string) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	go func() { // ends when the listener is closed
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			_, _ = io.WriteString(conn, words)
			_ = conn.Close()
		}
	}()
	return ln.Addr().String()
}

func TestEngineThatIsNotReadyOrRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		status int
		code   string
		body   string
		want   aurora.Code
		class  aurora.SinkClass
	}{
		{"starting", 503, "", "starting\n", aurora.CodeClickHouseAway, aurora.SinkRetry},
		{"a proxy without it", 502, "", "bad gateway", aurora.CodeClickHouseAway, aurora.SinkRetry},
		{"wrong password", 401, "516", "Code: 516. DB::Exception: writer: Authentication failed: password is incorrect. (AUTHENTICATION_FAILED) (version 26.7.2.1)", aurora.CodeClickHouseAuth, aurora.SinkPipeline},
		{"full disk", 500, "243", "Code: 243. DB::Exception: Cannot reserve 1.00 MiB, not enough space. (NOT_ENOUGH_SPACE)", aurora.CodeStorageFull, aurora.SinkRetry},
		{"no grant", 403, "497", "Code: 497. DB::Exception: writer: Not enough privileges. (ACCESS_DENIED)", aurora.CodePermission, aurora.SinkPipeline},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("X-ClickHouse-Server-Display-Name", "test")
				if tt.code != "" {
					w.Header().Set("X-ClickHouse-Exception-Code", tt.code)
				}
				w.WriteHeader(tt.status)
				_, _ = io.WriteString(w, tt.body)
			}))
			t.Cleanup(server.Close)
			db := dbAt(t, server.URL)
			for call, run := range everyCall(db) {
				wantCode(t, run(t.Context()), tt.want)
				if err := run(t.Context()); call == "block" && Class(err) != tt.class {
					t.Errorf("class %s (%v), want %s", Class(err), err, tt.class)
				}
			}
		})
	}
}

func TestSilenceEndsWithTheContext(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(func() { close(release); server.Close() })
	db := dbAt(t, server.URL)
	for name, run := range everyCall(db) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			defer cancel()
			started := time.Now()
			err := run(ctx)
			if !errors.Is(err, context.DeadlineExceeded) || aurora.AsError(err).Code != aurora.CodeTimeout {
				t.Errorf("err = %v", err)
			}
			if took := time.Since(started); took > 15*time.Second {
				t.Errorf("took %s", took)
			}
		})
	}
}

func TestFirstSentence(t *testing.T) {
	t.Parallel()
	tests := []struct{ in, want string }{
		{"Unknown expression identifier `nope` in scope SELECT nope FROM t. Maybe you meant: ['rope']. (UNKNOWN_IDENTIFIER) (version 26.7.2.1)", "Unknown expression identifier `nope`"},
		{"Table aurora.x does not exist. Maybe you meant aurora.y?. (UNKNOWN_TABLE) (version 26.7.2.1 (official build))", "Table aurora.x does not exist"},
		{"Query memory limit exceeded: would use 10.00 MiB, maximum: 9.54 MiB.: While executing X. (MEMORY_LIMIT_EXCEEDED)", "Query memory limit exceeded: would use 10.00 MiB, maximum: 9.54 MiB"},
		{"Syntax error: failed at position 1 (SELEC): SELEC 1. Expected one of: Query, SELECT. (SYNTAX_ERROR)", "Syntax error: failed at position 1 (SELEC): SELEC 1"},
		{"Boom, Stack trace:\n0. DB::f() @ 0x1 in /src/x.cpp:3", "Boom"},
		{strings.Repeat("é", 400), strings.Repeat("é", 300) + "…"},
		{"", ""},
	}
	for _, tt := range tests {
		if got := firstSentence(tt.in); got != tt.want {
			t.Errorf("firstSentence(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestSuggestion(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"… Maybe you meant: ['rope']. (X)":       "'rope'",
		"… Maybe you meant aurora.y?. (X)":       "aurora.y",
		"… Maybe you meant: ['a','b'] (version)": "'a','b'",
		"… nothing": "",
	} {
		if got := suggestion(in); got != want {
			t.Errorf("suggestion(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestEveryExceptionHasWords(t *testing.T) {
	t.Parallel()
	for code := range exceptions {
		err := fromException(&clickhouse.Exception{Code: code, Message: "some text"}, fmt.Errorf("x"))
		e := aurora.AsError(err)
		if e.Title == "" || e.Hint == "" || e.Detail == "" {
			t.Errorf("code %d: %+v", code, e)
		}
		if _, ok := aurora.Codes()[e.Code]; !ok {
			t.Errorf("code %d has no exit: %s", code, e.Code)
		}
	}
}
