package kafkatest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// Broker is a running Apache Kafka.
type Broker struct {
	// Address is the plaintext listener, "127.0.0.1:PORT".
	Address string
	// SASL is the listener for SASL_PLAINTEXT, SSL and SASLSSL those for TLS.
	SASL, SSL, SASLSSL string
	// CAFile holds the certificate of the authority behind the TLS listeners.
	CAFile string
	// PID is the Java process.
	PID int
	// Log is the path of the broker's log.
	Log string

	java   *exec.Cmd
	hold   io.WriteCloser // keeps the watcher waiting
	folder string         // removed at the end; empty: kept
	ended  chan struct{}
	stop   sync.Once
}

// watcher ends the process $1 when its standard input ends without a word,
// which it does however this process ends, and removes the folder $2 then.
// A signal to the whole group, as Ctrl-C sends it, does not keep it from that.
const watcher = `trap '' HUP INT TERM
read -r word && exit 0
kill -9 "$1"
[ -z "$2" ] || { sleep 1; rm -rf "$2"; }`

// Run starts a broker that keeps its data in dir and returns when it answers.
// It runs until [Broker.Stop], until ctx ends or until this process ends. A
// second Run on the same folder finds the data again, on the same ports.
func Run(ctx context.Context, dir string) (*Broker, error) { return run(ctx, dir, "") }

// runTemporary is Run with a folder that is removed at the end.
func runTemporary(ctx context.Context, dir string) (*Broker, error) { return run(ctx, dir, dir) }

func run(ctx context.Context, dir, remove string) (*Broker, error) {
	cache, err := Prepare(ctx)
	if err != nil {
		return nil, err
	}
	_, err = os.Stat(filepath.Join(dir, "ports"))
	fresh := errors.Is(err, os.ErrNotExist)
	for try := 1; ; try++ {
		b, err := start(ctx, cache, dir, remove)
		if err == nil || try == 3 || ctx.Err() != nil || !fresh || !errors.Is(err, errEnded) {
			return b, err
		}
		_ = os.Remove(filepath.Join(dir, "ports")) // nobody knows them yet: choose others
	}
}

// errEnded says that the broker ended before it answered; a port may have been taken meanwhile.
var errEnded = errors.New("kafka ended before it answered")

func start(ctx context.Context, cache, dir, remove string) (*Broker, error) {
	p, err := prepareFolder(cache, dir)
	if err != nil {
		return nil, fmt.Errorf("prepare %s: %w", dir, err)
	}
	b := &Broker{
		Address: address(p.Plaintext), SASL: address(p.SASL), SSL: address(p.SSL), SASLSSL: address(p.SASLSSL),
		CAFile: filepath.Join(dir, "ca.pem"), Log: filepath.Join(dir, "kafka.log"), folder: remove, ended: make(chan struct{}),
	}
	if err := b.spawn(cache, dir); err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, b.Stop)
	if err := b.waitReady(ctx); err != nil {
		tail := b.tail()
		b.Stop()
		return nil, fmt.Errorf("%w\n%s", err, tail)
	}
	return b, nil
}

// prepareFolder fills an empty folder: formatted storage, certificates,
// configuration. A folder that has a configuration keeps its storage and its ports.
func prepareFolder(cache, dir string) (ports, error) {
	portsFile := filepath.Join(dir, "ports")
	var p ports
	if text, err := os.ReadFile(portsFile); err == nil {
		_, err := fmt.Sscan(string(text), &p.Plaintext, &p.Controller, &p.SASL, &p.SSL, &p.SASLSSL)
		return p, err
	}
	data, keystore := filepath.Join(dir, "data"), filepath.Join(dir, "broker.pem")
	if err := os.CopyFS(data, os.DirFS(filepath.Join(cache, "formatted", "data"))); err != nil && !errors.Is(err, os.ErrExist) {
		return p, err
	}
	err := writeCertificates(filepath.Join(dir, "ca.pem"), keystore)
	if err != nil {
		return p, err
	}
	p, err = freePorts()
	if err != nil {
		return p, err
	}
	if err := writeProperties(filepath.Join(dir, "server.properties"), data, p, keystore); err != nil {
		return p, err
	}
	line := fmt.Sprintln(p.Plaintext, p.Controller, p.SASL, p.SSL, p.SASLSSL)
	return p, os.WriteFile(portsFile, []byte(line), 0o644)
}

func (b *Broker) spawn(cache, dir string) error {
	log, err := os.OpenFile(b.Log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	b.java = exec.Command("java", "-Xms64m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
		"-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", classpath(cache),
		"kafka.Kafka", filepath.Join(dir, "server.properties"))
	b.java.Stdout, b.java.Stderr = log, log
	if err := b.java.Start(); err != nil {
		return fmt.Errorf("start kafka: %w", err)
	}
	b.PID = b.java.Process.Pid
	go func() { // ends with the broker
		_ = b.java.Wait()
		close(b.ended)
	}()
	watch := exec.Command("sh", "-c", watcher, "watcher", strconv.Itoa(b.PID), b.folder)
	if b.hold, err = watch.StdinPipe(); err == nil {
		err = watch.Start()
	}
	if err != nil {
		_ = b.java.Process.Kill()
		return fmt.Errorf("start the watcher of kafka: %w", err)
	}
	go func() { _ = watch.Wait() }() // ends when Stop lets go of the watcher
	return nil
}

// waitReady waits until the listener accepts connections, which Kafka does only when it can serve them.
func (b *Broker) waitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 60*time.Second)
	defer cancel()
	var dialer net.Dialer
	for {
		connection, err := dialer.DialContext(ctx, "tcp", b.Address)
		if err == nil {
			return connection.Close()
		}
		select {
		case <-b.ended:
			return errEnded
		case <-ctx.Done():
			return fmt.Errorf("wait for kafka at %s: %w", b.Address, ctx.Err())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// Stop ends the broker and returns when it is gone. It may be called more than once.
func (b *Broker) Stop() {
	b.stop.Do(func() {
		_ = b.java.Process.Signal(syscall.SIGTERM)
		select {
		case <-b.ended:
		case <-time.After(10 * time.Second):
			_ = b.java.Process.Kill()
			<-b.ended
		}
		_, _ = io.WriteString(b.hold, "done\n")
		b.hold.Close()
	})
	<-b.ended
}

// Ended is closed when the broker is gone, by Stop or by a kill.
func (b *Broker) Ended() <-chan struct{} { return b.ended }

func (b *Broker) tail() string {
	text, _ := os.ReadFile(b.Log)
	return string(text[max(0, len(text)-4000):])
}
