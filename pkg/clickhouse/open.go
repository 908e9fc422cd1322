package clickhouse

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

const (
	// dialTimeout bounds the wait for a connection and for a place in a pool.
	dialTimeout = 5 * time.Second
	// controlTimeout bounds a read or write of the control tables.
	controlTimeout = 30 * time.Second
	// poolSize is how many statements of one user may run at the same time.
	poolSize = 16
)

// Credentials are a user of ClickHouse.
type Credentials struct {
	User     string
	Password string
}

// Config says how to reach ClickHouse.
type Config struct {
	// URL is the address of the HTTP interface, "http://127.0.0.1:8361" say.
	URL string
	// Locate, if set, gives the host and port to dial now, instead of those of URL: an
	// engine that is started again may answer at another port. Its error should be an
	// [aurora.Error]; it is what the call then fails with.
	Locate func() (string, error)
	// Writer creates tables and stores rows; Reader runs the statements of people and models.
	Writer, Reader Credentials
	// Log gets one debug line per block; may be nil.
	Log *slog.Logger
	// HalfSent, if set, is called when half of the body of a block has been handed to
	// the connection: the place where tests kill a process.
	HalfSent func(token string)
}

// DB is a connection to one ClickHouse. It is safe for concurrent use.
type DB struct {
	base      *url.URL
	config    Config
	log       *slog.Logger
	transport *http.Transport
	wire      *wire
	client    *http.Client // for blocks
	writer    driver.Conn
	reader    driver.Conn
}

// Open prepares a DB. It dials nothing: the first call does.
func Open(cfg Config) (*DB, error) {
	base, err := parseURL(cfg.URL)
	if err != nil {
		return nil, err
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	db := &DB{base: base, config: cfg, log: cfg.Log, transport: newTransport(cfg.Locate)}
	db.wire = &wire{next: db.transport}
	db.client = &http.Client{Transport: db.wire, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if db.writer, err = db.openPool(cfg.Writer, "system", clickhouse.Settings{"async_insert": 0, "wait_end_of_query": 1}); err != nil {
		return nil, fmt.Errorf("open the writer: %w", err)
	}
	// The whole result is ready before its first byte is sent: an error then has a
	// status, and the summary in the header is final. Results are capped, so it fits.
	if db.reader, err = db.openPool(cfg.Reader, aurora.DataDatabase, clickhouse.Settings{"wait_end_of_query": 1}); err != nil {
		return nil, fmt.Errorf("open the reader: %w", err)
	}
	return db, nil
}

// host is where ClickHouse should answer now.
func (db *DB) host() string {
	if db.config.Locate != nil {
		if host, err := db.config.Locate(); err == nil {
			return host
		}
	}
	return db.base.Host
}

func parseURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" {
		return u, nil
	}
	return nil, &aurora.Error{
		Code:   aurora.CodeConfigInvalid,
		Title:  "the address of ClickHouse is not usable",
		Detail: "it must be an http or https address with a host",
		Hint:   "set AURORA_CLICKHOUSE_URL to something like http://127.0.0.1:8361",
		Err:    err,
	}
}

// openPool makes the pool of one user. The writer names the database of every table; it
// stands in one that exists before Aurora's own do.
func (db *DB) openPool(user Credentials, database string, settings clickhouse.Settings) (driver.Conn, error) {
	options := &clickhouse.Options{
		Protocol:     clickhouse.HTTP,
		Addr:         []string{db.base.Host},
		HttpUrlPath:  db.base.Path,
		Auth:         clickhouse.Auth{Database: database, Username: user.User, Password: user.Password},
		Settings:     settings,
		DialTimeout:  dialTimeout,
		MaxOpenConns: poolSize,
		MaxIdleConns: poolSize / 2,
		DialStrategy: dialWithoutDeadline,
		// All connections share one transport: what they add to it is the handshake.
		TransportFunc: func(*http.Transport) (http.RoundTripper, error) { return db.wire, nil },
	}
	if db.base.Scheme == "https" {
		options.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	return clickhouse.Open(options)
}

// dialWithoutDeadline keeps the deadline of the pool away from the handshake: from a
// deadline the driver makes a setting, and a read-only user may not change settings.
func dialWithoutDeadline(ctx context.Context, id int, opt *clickhouse.Options, dial clickhouse.Dial) (clickhouse.DialResult, error) {
	free, stop := cancelOnly(ctx)
	defer stop(nil)
	return clickhouse.DefaultDialStrategy(free, id, opt, dial)
}

// Ping asks whether ClickHouse answers, and whether it accepts the writer.
func (db *DB) Ping(ctx context.Context) error {
	_, err := db.Version(ctx)
	return err
}

// Version is the version of the ClickHouse that answers.
func (db *DB) Version(ctx context.Context) (string, error) {
	call, done := db.begin(ctx, dialTimeout)
	defer done()
	var version string
	if err := db.writer.QueryRow(call.ctx, "SELECT version()").Scan(&version); err != nil {
		return "", db.fault(call, err)
	}
	return version, nil
}

// Close lets the connections go. Calls that are under way are not waited for.
func (db *DB) Close() error {
	err := db.writer.Close()
	if other := db.reader.Close(); err == nil {
		err = other
	}
	db.transport.CloseIdleConnections()
	return err
}
