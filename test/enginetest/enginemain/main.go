// Command enginemain is an interim stand-in for `aurora engine`.
package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/aurora-analytics/aurora/pkg/embedded"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	fs := flag.NewFlagSet("engine", flag.ExitOnError)
	data := fs.String("data-dir", "", "")
	dir := fs.String("engine-dir", "", "")
	addr := fs.String("address", "127.0.0.1:0", "")
	fs.Parse(args)
	if !embedded.Reduced(os.Environ()) {
		return syscall.Exec("/proc/self/exe", os.Args, embedded.Environ(os.Environ()))
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	return embedded.Run(ctx, embedded.Config{DataDir: *data, EngineDir: *dir, Address: *addr, Environ: os.Environ(),
		Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))},
		func(r embedded.Running) { fmt.Fprintln(os.Stderr, "ready", r.Address, r.Version) })
}
