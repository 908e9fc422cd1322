package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/pkg/embedded/chdb"
	"github.com/aurora-analytics/aurora/pkg/embedded/httpd"
)

// DefaultAddress is where the engine listens unless told otherwise.
const DefaultAddress = "127.0.0.1:8361"

const (
	runFileName = "engine.json"
	grace       = 5 * time.Second // for statements at work when the engine stops
	force       = 5 * time.Second // for statements that were killed
)

// databases exist from the first start: the user's, and the control tables'.
var databases = []string{"aurora", "aurora_system"}

// Config says where an engine lives.
type Config struct {
	// DataDir is the folder of the stack; the engine uses clickhouse, run and backups in it.
	DataDir string
	// EngineDir holds the library.
	EngineDir string
	// Address is a loopback address; port 0 means any free port.
	Address string
	// Environ is the environment of this process; see [Environ].
	Environ []string
	// Log gets what the engine does; nil discards it.
	Log *slog.Logger
	// Durability is DurabilityProcess (default) or DurabilityPower.
	Durability string
}

// Running is an engine that answers.
type Running struct {
	PID     int       `json:"pid"`
	Address string    `json:"address"`
	Version string    `json:"version"`
	Started time.Time `json:"started"`
}

// Run is the engine's process: it loads the library, answers on cfg.Address and
// blocks until ctx ends; then it lets statements finish, closes the data and
// returns nil. It calls ready once, when a client would be answered.
//
// Run changes the working directory of the process to an empty folder, and it
// refuses a process whose environment was not reduced by [Environ]: statements
// can read both. Run it at most once in a process.
func Run(ctx context.Context, cfg Config, ready func(Running)) error {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if !Reduced(cfg.Environ) {
		return errors.New("run the engine: the environment of its process is not reduced")
	}
	f, err := openFolders(cfg.DataDir)
	if err != nil {
		return err
	}
	unlock, err := lockData(ctx, f.run)
	if err != nil {
		return err
	}
	defer unlock()
	lib, err := Installed(cfg.EngineDir)
	if err != nil {
		return err
	}
	listener, err := listen(ctx, cfg.Address)
	if err != nil {
		return err
	}
	defer listener.Close()
	secrets, err := EnsureSecrets(f.run)
	if err != nil {
		return err
	}
	args, err := writeSettings(f, cfg.Durability)
	if err != nil {
		return err
	}
	if err := os.Chdir(f.empty); err != nil {
		return unwritable(f.empty, err)
	}
	unix.Umask(0o077)
	p := &process{cfg: cfg, folders: f, listener: listener, started: time.Now().UTC()}
	p.server = httpd.New(httpd.Options{Secrets: httpd.Secrets(secrets), Log: cfg.Log})
	return p.run(ctx, lib.Path, args, ready)
}

// process is an engine between its start and its end.
type process struct {
	cfg      Config
	folders  folders
	listener net.Listener
	server   *httpd.Server
	started  time.Time
}

func (p *process) run(ctx context.Context, library string, args []string, ready func(Running)) error {
	web := &http.Server{
		Handler: p.server, ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 4 << 20,
		ErrorLog: slog.NewLogLogger(p.cfg.Log.Handler(), slog.LevelWarn),
	}
	served := make(chan error, 1)
	go func() { served <- web.Serve(p.listener) }() // ends with Shutdown below; /ping says 503 until open
	lib, root, err := p.open(library, args)
	if err != nil {
		return errors.Join(err, web.Close())
	}
	defer lib.Shutdown()
	running, err := p.announce(root)
	if err != nil {
		root.Close()
		return errors.Join(err, web.Close())
	}
	defer os.Remove(filepath.Join(p.folders.run, runFileName))
	ready(running)
	select {
	case <-ctx.Done():
	case err = <-served:
	}
	return errors.Join(err, p.stop(ctx, web, root))
}

// open loads the library and starts the engine on the data folder.
func (p *process) open(library string, args []string) (*chdb.Library, *chdb.Conn, error) {
	lib, err := chdb.Load(library)
	if err != nil {
		return nil, nil, invalidLibrary(filepath.Dir(library), err.Error(), err)
	}
	lib.DisableSignalHandlers()
	var root *chdb.Conn
	said, err := capture(filepath.Join(p.folders.conf, "start.log"), func() (err error) {
		root, err = lib.Connect(args...)
		return err
	})
	if err != nil {
		return nil, nil, p.startFailed(said, err)
	}
	for _, name := range databases {
		if err := execute(root, "CREATE DATABASE IF NOT EXISTS "+name); err != nil {
			root.Close()
			return nil, nil, p.startFailed("", err)
		}
	}
	facts, err := text(root, "SELECT version() || ' ' || timezone()")
	if err != nil {
		root.Close()
		return nil, nil, p.startFailed("", err)
	}
	var version, timezone string
	if _, err := fmt.Sscan(facts, &version, &timezone); err != nil {
		return nil, nil, p.startFailed("", err)
	}
	p.server.Open(engine{lib, args}, conn{root}, version, timezone)
	return lib, root, nil
}

// announce writes the run file, by which other processes find the engine.
func (p *process) announce(root *chdb.Conn) (Running, error) {
	version, err := text(root, "SELECT version()")
	if err != nil {
		return Running{}, p.startFailed("", err)
	}
	running := Running{PID: os.Getpid(), Address: p.listener.Addr().String(), Version: version, Started: p.started}
	path := filepath.Join(p.folders.run, runFileName)
	if err := aurora.ReplaceJSON(path, running); err != nil {
		return running, unwritable(path, err)
	}
	return running, nil
}

// stop lets statements end, kills those that do not, and closes the data. Work
// goes on for a while after ctx, so the waits have contexts of their own.
func (p *process) stop(ctx context.Context, web *http.Server, root *chdb.Conn) error {
	p.cfg.Log.Info("the engine stops")
	ctx = context.WithoutCancel(ctx)
	patient, cancel := context.WithTimeout(ctx, grace)
	defer cancel()
	if err := web.Shutdown(patient); err != nil {
		if err := p.forceStop(ctx, web); err != nil {
			return fmt.Errorf("stop the engine: statements did not end: %w", err)
		}
	}
	p.server.Close()
	root.Close()
	return nil
}

// forceStop kills the statements, and breaks the connections of clients that
// send the data of an insert too slowly.
func (p *process) forceStop(ctx context.Context, web *http.Server) error {
	ctx, cancel := context.WithTimeout(ctx, force)
	defer cancel()
	p.server.KillAll()
	_ = web.Close()
	return p.server.Drain(ctx)
}

// listen takes the address; only loopback is allowed, because the passwords
// travel in the clear.
func listen(ctx context.Context, address string) (net.Listener, error) {
	if address == "" {
		address = DefaultAddress
	}
	host, _, err := net.SplitHostPort(address)
	ip, parseErr := netip.ParseAddr(host)
	if err != nil || parseErr != nil || !ip.IsLoopback() {
		return nil, aurora.Usage("the engine listens on loopback addresses only, not on %q", "use 127.0.0.1:PORT", address)
	}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", address)
	if errors.Is(err, unix.EADDRINUSE) {
		return nil, &aurora.Error{
			Code: aurora.CodePortTaken, Title: "the address " + address + " is taken", Detail: "another process listens there",
			Hint: "stop it, or choose another with --port 0", Err: err,
		}
	}
	if err != nil {
		return nil, &aurora.Error{
			Code: aurora.CodeEngineStart, Title: "cannot listen on " + address, Detail: reason(err),
			Hint: "choose another with --port", Err: err,
		}
	}
	return listener, nil
}

func execute(c *chdb.Conn, sql string) error {
	result, err := c.Query(sql, "Null")
	if err != nil {
		return err
	}
	result.Close()
	return nil
}

func text(c *chdb.Conn, sql string) (string, error) {
	result, err := c.Query(sql, "TSVRaw")
	if err != nil {
		return "", err
	}
	defer result.Close()
	return string(trimNewline(result.Bytes())), nil
}

func trimNewline(b []byte) []byte {
	if n := len(b); n > 0 && b[n-1] == '\n' {
		return b[:n-1]
	}
	return b
}
