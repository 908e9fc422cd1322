//go:build cgo

package kafka

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/google/go-cmp/cmp"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

func TestCommitErrorsAreClassified(t *testing.T) {
	t.Parallel()
	tests := []struct {
		err              error
		retriable, fatal bool
	}{
		{kafka.NewError(kafka.ErrIllegalGeneration, "", false), true, false},
		{kafka.NewError(kafka.ErrUnknownMemberID, "", false), true, false},
		{kafka.NewError(kafka.ErrRebalanceInProgress, "", false), true, false},
		{kafka.NewError(kafka.ErrTimedOut, "", false), true, false},
		{kafka.NewError(kafka.ErrTransport, "", false), true, false},
		{kafka.NewError(kafka.ErrNotCoordinator, "", false), true, false},
		{kafka.NewError(kafka.ErrFencedInstanceID, "", false), false, true},
		{kafka.NewError(kafka.ErrFatal, "", false), false, true},
		{kafka.NewError(kafka.ErrIllegalGeneration, "", true), false, true},
		{kafka.NewError(kafka.ErrGroupAuthorizationFailed, "", false), false, false},
		{kafka.NewError(kafka.ErrOffsetMetadataTooLarge, "", false), false, false},
		{errors.New("closed"), false, false},
	}
	for _, tt := range tests {
		got := newTranslator(aurora.Broker{}).commitError(tt.err)
		if got.Retriable != tt.retriable || got.Fatal != tt.fatal || got.Err == nil {
			t.Errorf("%v: %+v, want retriable %t, fatal %t", tt.err, got, tt.retriable, tt.fatal)
		}
	}
}

// Every error of the driver becomes one with a title, a reason and a next step.
func TestEveryDriverErrorHasItsThreeLines(t *testing.T) {
	t.Parallel()
	for code := kafka.ErrorCode(-200); code < 150; code++ {
		e := newTranslator(aurora.Broker{Addresses: []string{"b:1"}}).translate("topic t", kafka.NewError(code, "", false))
		if e.Title == "" || e.Detail == "" || e.Hint == "" || e.Code == "" {
			t.Errorf("%d: %+v", code, e)
		}
	}
}

func TestAKnownCauseExplainsALostConnection(t *testing.T) {
	t.Parallel()
	tr := newTranslator(aurora.Broker{Addresses: []string{"b:1"}, SASLUser: "ann"})
	down := kafka.NewError(kafka.ErrAllBrokersDown, "1/1 brokers are down", false)
	if e := tr.event(down); e == nil || e.Code != aurora.CodeKafkaAway {
		t.Errorf("without a cause: %v", e)
	}
	cause := tr.event(kafka.NewError(kafka.ErrAuthentication, "b:1/bootstrap: SASL authentication error: no (after 2ms in state AUTH)", false))
	if cause.Code != aurora.CodeKafkaAuth || cause.Detail != "SASL authentication error: no" || !strings.Contains(cause.Title, "ann") {
		t.Errorf("%+v", cause)
	}
	if e := tr.event(down); e != nil {
		t.Errorf("all brokers down adds nothing, but became %v", e)
	}
	if err := tr.call("x", kafka.NewError(kafka.ErrTransport, "", false)); !errors.Is(err, cause) {
		t.Errorf("the call failed with %v", err)
	}
	if err := tr.call("topic x", kafka.NewError(kafka.ErrTopicAuthorizationFailed, "", false)); aurora.AsError(err).Code != aurora.CodeKafkaDenied {
		t.Errorf("an answer of the broker became %v", err)
	}
}

func TestSharesOfASample(t *testing.T) {
	t.Parallel()
	sizes := func(n ...int64) (list []aurora.TopicPartition) {
		for i, size := range n {
			list = append(list, aurora.TopicPartition{Partition: int32(i), Low: 100, High: 100 + size})
		}
		return list
	}
	tests := []struct {
		partitions []aurora.TopicPartition
		n          int64
		want       []int64
	}{
		{sizes(1000, 1000), 100, []int64{50, 50}},
		{sizes(10, 1000), 100, []int64{10, 90}},
		{sizes(0, 0), 100, []int64{0, 0}},
		{sizes(3, 4), 100, []int64{3, 4}},
		{sizes(9, 9, 9), 2, []int64{1, 1, 0}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, shares(tt.partitions, tt.n)); diff != "" {
			t.Errorf("%v, %d: %s", tt.partitions, tt.n, diff)
		}
	}
	want := []segment{{0, 100, 105}, {0, 1095, 1100}, {1, 100, 104}}
	if diff := cmp.Diff(want, plan(append(sizes(1000)[:1], aurora.TopicPartition{Partition: 1, Low: 100, High: 104}), 14), cmp.AllowUnexported(segment{})); diff != "" {
		t.Error(diff)
	}
}

func TestSettingsRefuseWhatIsUnsafe(t *testing.T) {
	t.Parallel()
	secrets := func(string) (string, error) { return "s", nil }
	broker := func(address string, change func(*aurora.Broker)) aurora.Broker {
		b := aurora.Broker{Addresses: []string{address}}
		if change != nil {
			change(&b)
		}
		return b
	}
	sasl := func(b *aurora.Broker) { b.SASLUser, b.SASLPassword = "u", "${env:P}" }
	tests := []struct {
		name   string
		broker aurora.Broker
		want   aurora.Code
	}{
		{"loopback", broker("127.0.0.1:9092", nil), ""},
		{"loopback by name", broker("localhost", nil), ""},
		{"loopback, version 6", broker("[::1]:9092", nil), ""},
		{"beyond", broker("kafka:9092", nil), aurora.CodePlaintextRefused},
		{"beyond, second of two", broker("127.0.0.1:1", func(b *aurora.Broker) { b.Addresses = append(b.Addresses, "10.0.0.1:9092") }), aurora.CodePlaintextRefused},
		{"a name that only begins like loopback", broker("127.0.0.1.example.com:9092", nil), aurora.CodePlaintextRefused},
		{"beyond, allowed", broker("kafka:9092", func(b *aurora.Broker) { b.Insecure = true }), ""},
		{"beyond, encrypted", broker("kafka:9092", func(b *aurora.Broker) { b.Protocol = "SSL" }), ""},
		{"password in the clear", broker("kafka:9092", func(b *aurora.Broker) { b.Protocol = "SASL_PLAINTEXT"; sasl(b) }), aurora.CodePlaintextRefused},
		{"password encrypted", broker("kafka:9092", func(b *aurora.Broker) { b.Protocol = "SASL_SSL"; sasl(b) }), ""},
		{"no password", broker("kafka:9092", func(b *aurora.Broker) { b.Protocol = "SASL_SSL" }), aurora.CodeConfigInvalid},
		{"unknown protocol", broker("kafka:9092", func(b *aurora.Broker) { b.Protocol = "TLS" }), aurora.CodeUsage},
		{"mechanism that the driver lacks", broker("kafka:9092", func(b *aurora.Broker) { b.Protocol = "SASL_SSL"; b.SASLMechanism = "GSSAPI" }), aurora.CodeUsage},
		{"no address", aurora.Broker{}, aurora.CodeUsage},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := settings(tt.broker, secrets)
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || aurora.AsError(err).Code != tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("from file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	resolve := Secrets(func(name string) string { return map[string]string{"SET": "from env"}[name] })
	for reference, want := range map[string]string{"${env:SET}": "from env", "${file:" + file + "}": "from file"} {
		if got, err := resolve(reference); err != nil || got != want {
			t.Errorf("%s: %q, %v", reference, got, err)
		}
	}
	for _, reference := range []string{"hunter2", "${env:UNSET}", "${file:/none}", "${vault:x}", "${env:}", ""} {
		_, err := resolve(reference)
		if e := aurora.AsError(err); e == nil || e.Code != aurora.CodeConfigInvalid || strings.Contains(e.Error()+e.Hint, "hunter2") {
			t.Errorf("%s: %v", reference, err)
		}
	}
}
