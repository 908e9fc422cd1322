package devbroker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// DefaultAddress is where the broker listens when nobody says otherwise.
const DefaultAddress = "127.0.0.1:19092"

// defaultPartitions is what a topic gets when its creator names no number.
const defaultPartitions = 6

// Durability says what an acknowledged record survives.
const (
	DurabilityProcess = "process" // the end of the process, kill -9 included
	DurabilityPower   = "power"   // a power cut too: every write reaches the disk first
)

// Config says where a broker keeps its data and listens.
type Config struct {
	// DataDir is the folder of the stack; the records live in its folder "broker",
	// the run file in its folder "run".
	DataDir string
	// Address is host:port; empty means [DefaultAddress]. Port 0 means any free port.
	Address string
	// Exact makes a port that is taken an error. Otherwise another one is chosen.
	Exact      bool
	Durability string // empty means DurabilityProcess
	Version    string // of the program, for the run file
	Log        *slog.Logger
}

// Running says where a broker answers; it is also the content of the run file.
type Running struct {
	PID     int       `json:"pid"`
	Address string    `json:"address"`
	Version string    `json:"version"`
	Started time.Time `json:"started"`
}

// Run runs the broker until ctx ends; then everything is on disk. It calls
// ready once, when clients can connect.
func Run(ctx context.Context, cfg Config, ready func(Running)) error {
	log := cfg.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	dir := filepath.Join(cfg.DataDir, "broker")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return unwritable(dir, err)
	}
	unlock, err := lock(dir)
	if err != nil {
		return err
	}
	defer unlock()
	listener, err := listen(ctx, cfg, log)
	if err != nil {
		return err
	}
	cluster, err := start(cfg, dir, listener, log)
	if err != nil {
		_ = listener.Close()
		return err
	}
	defer cluster.Close()
	running := Running{PID: os.Getpid(), Address: listener.Addr().String(), Version: cfg.Version, Started: time.Now().UTC()}
	remove, err := writeRunFile(filepath.Join(cfg.DataDir, "run"), running)
	if err != nil {
		return err
	}
	defer remove()
	log.Info("development broker answers", "address", running.Address, "data", dir)
	ready(running)
	<-ctx.Done()
	log.Info("development broker stops")
	return nil
}

// start opens the cluster on a listener that is open already.
func start(cfg Config, dir string, listener net.Listener, log *slog.Logger) (*kfake.Cluster, error) {
	port := listener.Addr().(*net.TCPAddr).Port
	options := []kfake.Opt{
		kfake.NumBrokers(1), kfake.Ports(port), kfake.DefaultNumPartitions(defaultPartitions), kfake.DataDir(dir),
		kfake.ListenFn(func(string, string) (net.Listener, error) { return listener, nil }),
		kfake.WithLogger(logger{log}),
	}
	switch cfg.Durability {
	case "", DurabilityProcess:
	case DurabilityPower:
		options = append(options, kfake.SyncWrites())
	default:
		return nil, aurora.Usage("durability cannot be %q", "use process or power", cfg.Durability)
	}
	cluster, err := kfake.NewCluster(options...)
	if err != nil {
		return nil, &aurora.Error{Code: aurora.CodeKafkaFailed, Title: "the development broker cannot open its data",
			Detail: err.Error(), Hint: "look into " + dir + "; `aurora down --purge --yes` deletes all data of the stack", Err: err}
	}
	return cluster, nil
}

// listen opens the port. A taken one is replaced by a free one unless it was asked for by name.
func listen(ctx context.Context, cfg Config, log *slog.Logger) (net.Listener, error) {
	address := cfg.Address
	if address == "" {
		address = DefaultAddress
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, aurora.Usage("%q is no address", "use HOST:PORT", address)
	}
	if host != "localhost" && !net.ParseIP(host).IsLoopback() {
		return nil, aurora.Usage("the development broker listens on loopback only, not on %s", "use 127.0.0.1:"+port, host)
	}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", address)
	if !errors.Is(err, syscall.EADDRINUSE) {
		if err != nil {
			return nil, fmt.Errorf("listen on %s: %w", address, err)
		}
		return listener, nil
	}
	if cfg.Exact {
		return nil, &aurora.Error{Code: aurora.CodePortTaken, Title: "port " + port + " is in use",
			Detail: "another program listens on " + address, Hint: "aurora broker --port 0", Err: err}
	}
	log.Info("port is in use: choosing another", "port", port)
	if listener, err = config.Listen(ctx, "tcp", net.JoinHostPort(host, "0")); err != nil {
		return nil, fmt.Errorf("listen on %s: %w", host, err)
	}
	return listener, nil
}

// lock keeps a second broker off the folder: two would destroy each other's files.
func lock(dir string) (unlock func(), err error) {
	path := filepath.Join(dir, "lock")
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, unwritable(path, err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		owner, _ := os.ReadFile(path)
		_ = file.Close()
		return nil, &aurora.Error{Code: aurora.CodeLocked, Title: "another broker uses " + dir,
			Detail: "it is process " + string(owner), Hint: "aurora status; or choose another folder with --data-dir", Err: err}
	}
	_ = file.Truncate(0)
	_, _ = file.WriteAt([]byte(strconv.Itoa(os.Getpid())), 0) // only tells who it is
	return func() { _ = file.Close() }, nil
}

func unwritable(path string, err error) error {
	return &aurora.Error{Code: aurora.CodeStorageUnwritable, Title: "cannot write to " + path, Detail: err.Error(),
		Hint: "choose another folder with --data-dir, or correct its permissions", Err: err}
}

// logger passes on what the cluster complains about.
type logger struct{ log *slog.Logger }

// Logf logs errors and warnings; the rest is too much even for debugging.
func (l logger) Logf(level kfake.LogLevel, message string, args ...any) {
	switch level {
	case kfake.LogLevelError:
		l.log.Error("broker", "message", fmt.Sprintf(message, args...))
	case kfake.LogLevelWarn:
		l.log.Warn("broker", "message", fmt.Sprintf(message, args...))
	}
}
