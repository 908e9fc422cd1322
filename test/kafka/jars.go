package kafkatest

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// Version is the version of Apache Kafka that the tests run.
const Version = "4.3.1"

//go:embed pom.xml
var pom []byte

// Prepare downloads the jars and formats a storage folder, both once per
// machine, and gives the cache folder that holds them. Several processes may
// call it at the same time: a file lock lets one work and the others wait.
func Prepare(ctx context.Context) (string, error) {
	base, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the user's cache folder: %w", err)
	}
	cache := filepath.Join(base, "aurora", "kafka-"+Version)
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return "", fmt.Errorf("make the cache folder: %w", err)
	}
	unlock, err := lock(filepath.Join(cache, "lock"))
	if err != nil {
		return "", err
	}
	defer unlock()
	if err := once(filepath.Join(cache, "libs"), func(dir string) error { return download(ctx, dir) }); err != nil {
		return "", fmt.Errorf("download Apache Kafka %s: %w", Version, err)
	}
	if err := once(filepath.Join(cache, "formatted"), func(dir string) error { return format(ctx, cache, dir) }); err != nil {
		return "", fmt.Errorf("format Kafka's storage: %w", err)
	}
	return cache, nil
}

// once makes the folder with fill unless it exists. It appears complete or not
// at all: it is filled under another name first.
func once(dir string, fill func(dir string) error) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	partial := dir + ".partial"
	if err := os.RemoveAll(partial); err != nil {
		return err
	}
	if err := os.MkdirAll(partial, 0o755); err != nil {
		return err
	}
	if err := fill(partial); err != nil {
		return err
	}
	return os.Rename(partial, dir)
}

func download(ctx context.Context, dir string) error {
	project, err := os.MkdirTemp("", "aurora-kafka-pom-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(project)
	file := filepath.Join(project, "pom.xml")
	if err := os.WriteFile(file, pom, 0o644); err != nil {
		return err
	}
	return command(ctx, "mvn", "-B", "-ntp", "-q", "-f", file, "dependency:copy-dependencies",
		"-DincludeScope=runtime", "-DoutputDirectory="+dir)
}

// format prepares storage that every broker of the tests starts from. Copying
// it saves each test binary the start of a second Java machine.
func format(ctx context.Context, cache, dir string) error {
	data := filepath.Join(dir, "data")
	properties := filepath.Join(dir, "server.properties")
	if err := writeProperties(properties, data, ports{1, 2, 3, 4, 5}, ""); err != nil {
		return err
	}
	scram := fmt.Sprintf("SCRAM-SHA-256=[name=%s,password=%s]", User, Password)
	return command(ctx, "java", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", classpath(cache),
		"kafka.tools.StorageTool", "format", "-t", "YXVyb3JhLXRlc3Qta2Fma2", "-c", properties, "--add-scram", scram)
}

func classpath(cache string) string { return filepath.Join(cache, "libs", "*") }

func command(ctx context.Context, name string, args ...string) error {
	out, err := exec.CommandContext(ctx, name, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, strings.TrimSpace(string(out)))
	}
	return nil
}

// lock takes an exclusive lock that ends with the process at the latest.
func lock(path string) (unlock func(), err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("open lock: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		file.Close()
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return func() { file.Close() }, nil
}
