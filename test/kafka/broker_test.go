package kafkatest_test

import (
	"net"
	"testing"
	"time"

	kafkatest "github.com/aurora-analytics/aurora/test/kafka"
)

func TestABrokerAnswersOnEveryListener(t *testing.T) {
	t.Parallel()
	started := time.Now()
	b := kafkatest.Start(t)
	t.Logf("started in %v", time.Since(started).Round(time.Millisecond))
	if again := kafkatest.Start(t); again != b {
		t.Error("a second Start started a second broker")
	}
	for _, address := range []string{b.Address, b.SASL, b.SSL, b.SASLSSL} {
		connection, err := net.DialTimeout("tcp", address, time.Second)
		if err != nil {
			t.Errorf("dial %s: %v", address, err)
			continue
		}
		connection.Close()
	}
}

func TestAFolderKeepsItsPortsOverARestart(t *testing.T) {
	t.Parallel()
	kafkatest.Start(t) // skips where there is no Java
	dir := t.TempDir()
	first, err := kafkatest.Run(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	first.Stop()
	second, err := kafkatest.Run(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Stop()
	if first.Address != second.Address || first.PID == second.PID {
		t.Errorf("first %s (pid %d), second %s (pid %d)", first.Address, first.PID, second.Address, second.PID)
	}
}
