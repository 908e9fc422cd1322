package cli

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

	"github.com/spf13/cobra"

	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/pkg/server"
	"github.com/aurora-analytics/aurora/pkg/stack"
	"github.com/aurora-analytics/aurora/webui"
)

const defaultServeAddress = "127.0.0.1:8360"

type serveOptions struct {
	Engine func() (server.Engine, error)
	Out    *Output
	Log    *slog.Logger
	Now    func() time.Time
	// Open shows a link in a browser; nil when there is none to open.
	Open func(ctx context.Context, runDir, link string)

	RunDir       string
	Address      string
	Explicit     bool // the user named the address
	PublicURL    string
	InsecureHTTP bool
	NoOpen       bool
	PrintURL     bool
}

const serveLong = `Serve the REST API and the web pages until interrupted. The first line of the
output is a link that signs a browser in: it works once, within ten minutes.
Programs send the token of run/serve.json in the data folder as a bearer token.

With --print-url a server that runs already is asked for a new link.`

func newServeCommand(a *app) *cobra.Command {
	o := &serveOptions{Now: a.proc.Now}
	cmd := &cobra.Command{
		Use: "serve", Short: "serve the REST API and the web pages", Long: serveLong, Args: cobra.NoArgs,
		Example: "  aurora serve\n  aurora serve --addr 127.0.0.1:0 --no-open\n  aurora serve --print-url",
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.config()
			if err != nil {
				return err
			}
			o.Out, o.Log, o.Explicit = a.out, a.daemonLog(), cmd.Flags().Changed("addr")
			dir, err := prepareFolder(c)
			if err != nil {
				return err
			}
			o.RunDir = dir.Run("")
			o.Engine = func() (server.Engine, error) { return a.engine() }
			if a.proc.StdoutTTY && !o.NoOpen {
				o.Open = a.openBrowser
			}
			return serveRun(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Address, "addr", defaultServeAddress, "address to listen on; port 0 means any free one")
	f.StringVar(&o.PublicURL, "public-url", "", "address people use when a proxy stands before this server")
	f.BoolVar(&o.InsecureHTTP, "insecure-http", false, "listen beyond this machine without TLS, because a proxy ends it")
	f.BoolVar(&o.NoOpen, "no-open", false, "do not open a browser")
	f.BoolVar(&o.PrintURL, "print-url", false, "print a sign-in link; of the running server if there is one")
	return cmd
}

func serveRun(ctx context.Context, o *serveOptions) error {
	if o.PrintURL {
		if link, ok := askForLink(ctx, o.RunDir); ok {
			return printLink(o.Out, link)
		}
	}
	if err := checkExposure(o); err != nil {
		return err
	}
	listener, err := listen(o)
	if err != nil {
		return err
	}
	defer func() { _ = listener.Close() }()
	lock, err := onlyServer(o.RunDir)
	if err != nil {
		return err
	}
	defer lock.Release()
	engine, err := o.Engine()
	if err != nil {
		return err
	}
	token, address := server.NewToken(), listener.Addr().String()
	s, err := server.New(server.Config{
		Engine: engine, UI: webui.Files(), Address: address, PublicURL: o.PublicURL,
		Token: token, Version: Version, Log: o.Log, Now: o.Now,
	})
	if err != nil {
		return err
	}
	run := serveFile{PID: os.Getpid(), Address: address, URL: s.URL(), Version: Version, Started: o.Now(), Token: token}
	if err := run.write(o.RunDir); err != nil {
		return err
	}
	defer run.remove(o.RunDir)
	return serveUntilDone(ctx, o, s, listener)
}

// onlyServer keeps a second server off the folder: it would take the first one's run file from it.
func onlyServer(runDir string) (*stack.Lock, error) {
	lock, err := stack.Dir(filepath.Dir(runDir)).TryLock("serve")
	var e *aurora.Error
	if errors.As(err, &e) && e.Code == aurora.CodeLocked {
		e.Title, e.Hint = "a server of this data folder runs already", "aurora serve --print-url gives a link to it; or use another --data-dir"
	}
	return lock, err
}

func serveUntilDone(ctx context.Context, o *serveOptions, s *server.Server, listener net.Listener) error {
	link := s.LoginURL()
	if err := printLink(o.Out, link); err != nil {
		return err
	}
	if !webui.Built() {
		o.Out.Note("note: this binary was built without the web pages; the API works")
	}
	o.Out.Note("the link works once, for ten minutes; `aurora serve --print-url` makes another")
	if o.Open != nil {
		o.Open(ctx, o.RunDir, link)
	}
	return s.Serve(ctx, listener)
}

func printLink(out *Output, link string) error {
	if out.Format == FormatJSON || out.Format == FormatJSONL {
		return out.JSON(map[string]string{"url": link})
	}
	_, err := fmt.Fprintln(out.Data, link)
	return err
}

// checkExposure refuses to listen beyond this machine in the clear, unless a
// proxy is declared that ends TLS.
func checkExposure(o *serveOptions) error {
	host, _, err := net.SplitHostPort(o.Address)
	if err != nil {
		return aurora.Usage("%q is not an address to listen on", "write it as HOST:PORT, 127.0.0.1:8360 say", o.Address)
	}
	if ip := net.ParseIP(host); host == "localhost" || ip != nil && ip.IsLoopback() || o.InsecureHTTP && o.PublicURL != "" {
		return nil
	}
	return aurora.Usage("refused to listen on %s without TLS",
		"listen on 127.0.0.1, or behind a proxy that ends TLS: --insecure-http --public-url https://…", o.Address)
}

// listen takes the address. When only the default one is taken, any free port will do.
func listen(o *serveOptions) (net.Listener, error) {
	listener, err := net.Listen("tcp", o.Address)
	if err == nil {
		return listener, nil
	}
	host, portText, _ := net.SplitHostPort(o.Address)
	port, _ := strconv.Atoi(portText)
	if !errors.Is(err, syscall.EADDRINUSE) {
		return nil, aurora.Usage("cannot listen on %s: %s", "choose another --addr", o.Address, cause(err))
	}
	owner := stack.PortOwner(port)
	if !o.Explicit {
		o.Out.Note("note: port %d is in use by %s; taking a free one", port, owner)
		return net.Listen("tcp", net.JoinHostPort(host, "0"))
	}
	return nil, &aurora.Error{
		Code: aurora.CodePortTaken, Title: "port " + portText + " is in use", Detail: owner + " listens on " + o.Address,
		Hint: "aurora serve --addr " + net.JoinHostPort(host, "0"), Err: err,
	}
}

// cause gives the innermost reason of a network error, without the address that the title names.
func cause(err error) string {
	var number syscall.Errno
	if errors.As(err, &number) {
		return number.Error()
	}
	return err.Error()
}
