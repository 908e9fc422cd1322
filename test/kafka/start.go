package kafkatest

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"crypto/rand"
)

// shared is the one broker of a test binary. It is a package variable because
// the tests of a binary share nothing else. Nobody stops it: the watcher ends
// it, and removes its folder, when the test binary ends.
var shared = sync.OnceValues(func() (*Broker, error) {
	for _, program := range []string{"java", "mvn"} {
		if _, err := exec.LookPath(program); err != nil {
			return nil, errMissing{program}
		}
	}
	dir, err := os.MkdirTemp("", "aurora-kafka-")
	if err != nil {
		return nil, err
	}
	return runTemporary(context.Background(), dir)
})

type errMissing struct{ program string }

func (e errMissing) Error() string { return e.program + " is not installed" }

// Start gives the real Kafka broker of this test binary; the first call starts
// it. Where Java or Maven is missing the test is skipped, or fails when
// AURORA_TEST_REQUIRE is 1. Tests share the broker: take topic and group names
// from [Name].
func Start(t testing.TB) *Broker {
	t.Helper()
	b, err := shared()
	var missing errMissing
	switch {
	case errors.As(err, &missing) && os.Getenv("AURORA_TEST_REQUIRE") != "1":
		t.Skipf("skipped: a real Kafka needs java and mvn: %v", err)
	case err != nil:
		t.Fatalf("start a real Kafka: %v", err)
	}
	return b
}

// Name gives a topic or group name that no other test uses.
func Name(t testing.TB) string {
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '-'
	}, t.Name())
	return name[:min(len(name), 150)] + "-" + strings.ToLower(rand.Text()[:6])
}
