//go:build cgo

package kafka

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// translator turns the driver's errors into Aurora's. It remembers the last
// cause of lost connections: the calls that fail for that cause only say
// "transport failure" or "timed out".
type translator struct {
	where string // the broker, as it stands in titles
	user  string

	mu    sync.Mutex
	cause *aurora.Error
	at    time.Time
	// decisive is closed at the first cause that trying again does not heal: a refused
	// sign-in, a certificate that is not trusted.
	decisive chan struct{}
	once     sync.Once
}

func newTranslator(b aurora.Broker) *translator {
	return &translator{where: strings.Join(b.Addresses, ", "), user: b.SASLUser, decisive: make(chan struct{})}
}

// causeLife is how long a cause explains later failures.
const causeLife = 30 * time.Second

// remember keeps a cause and tells whether it is decisive.
func (t *translator) remember(e *aurora.Error) {
	switch e.Code {
	case aurora.CodeKafkaAuth, aurora.CodeKafkaTLS:
		defer t.once.Do(func() { close(t.decisive) })
	case aurora.CodeKafkaAway:
	default:
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.cause, t.at = e, time.Now()
}

// known gives the cause of lost connections, nil when there was none lately.
func (t *translator) known() *aurora.Error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if time.Since(t.at) > causeLife {
		return nil
	}
	return t.cause
}

// event translates an error event. It gives nil for an event that adds nothing
// to the cause that is known already ("all brokers are down").
func (t *translator) event(err kafka.Error) *aurora.Error {
	if err.Code() == kafka.ErrAllBrokersDown && t.known() != nil {
		return nil //nolint:nilerr // the cause was told already
	}
	e := t.translate("", err)
	t.remember(e)
	return e
}

// log looks at a log line of the driver for the one cause that no event tells:
// a broker that expects TLS closes the connection at the first request.
func (t *translator) log(line kafka.LogEvent) {
	if strings.Contains(line.Message, "APIVERSION_QUERY") && strings.Contains(line.Message, "isconnected") {
		t.remember(&aurora.Error{Code: aurora.CodeKafkaTLS, Title: "Kafka at " + t.where + " closes the connection",
			Detail: "the port may expect TLS", Hint: "pass --security-protocol SSL or SASL_SSL, or another port", Err: errors.New(line.Message)})
	}
}

// call translates the error of a call; a known cause explains a lost connection.
func (t *translator) call(what string, err error) error {
	var d kafka.Error
	if err == nil || !errors.As(err, &d) {
		return err
	}
	switch d.Code() {
	case kafka.ErrTransport, kafka.ErrTimedOut, kafka.ErrTimedOutQueue, kafka.ErrMsgTimedOut, kafka.ErrAllBrokersDown:
		if cause := t.known(); cause != nil {
			return cause
		}
	}
	return t.translate(what, d)
}

// translate gives the error without looking at the known cause. What names the
// topic, group or partition that the failed call was about.
func (t *translator) translate(what string, d kafka.Error) *aurora.Error {
	e := &aurora.Error{Code: aurora.CodeKafkaFailed, Detail: reason(d), Err: d}
	subject := what
	if subject == "" {
		subject = "Kafka at " + t.where
	}
	switch d.Code() {
	case kafka.ErrAuthentication, kafka.ErrSaslAuthenticationFailed, kafka.ErrUnsupportedSaslMechanism, kafka.ErrIllegalSaslState:
		e.Code, e.Title = aurora.CodeKafkaAuth, "Kafka at "+t.where+" refuses the sign-in of "+quoted(t.user)
		e.Hint = "check --sasl-user, --sasl-mechanism and the secret behind --sasl-password"
	case kafka.ErrSsl:
		e.Code, e.Title = aurora.CodeKafkaTLS, "no secure connection to Kafka at "+t.where
		e.Hint = "pass the broker's certificate authority: --ca-file FILE"
	case kafka.ErrTransport, kafka.ErrResolve, kafka.ErrAllBrokersDown, kafka.ErrTimedOut, kafka.ErrTimedOutQueue,
		kafka.ErrMsgTimedOut, kafka.ErrRequestTimedOut, kafka.ErrBrokerNotAvailable, kafka.ErrNetworkException:
		e.Code, e.Title, e.Hint = aurora.CodeKafkaAway, "cannot reach Kafka at "+t.where, awayHint
		if strings.Contains(d.Error(), "PLAINTEXT broker listener") {
			e.Code, e.Hint = aurora.CodeKafkaTLS, "the port does not speak TLS: pass --security-protocol PLAINTEXT or SASL_PLAINTEXT, or another port"
		}
	case kafka.ErrTopicAuthorizationFailed, kafka.ErrGroupAuthorizationFailed, kafka.ErrClusterAuthorizationFailed, kafka.ErrTransactionalIDAuthorizationFailed:
		e.Code, e.Title = aurora.CodeKafkaDenied, "Kafka denies "+quoted(t.user)+" access to "+subject
		e.Hint = "grant the user Read and Describe on the topic and Read on groups that start with aurora."
	case kafka.ErrUnknownTopicOrPart, kafka.ErrUnknownTopic, kafka.ErrUnknownPartition, kafka.ErrUnknownTopicID:
		e.Code, e.Title, e.Hint = aurora.CodeTopicUnknown, subject+" does not exist", "aurora topic list"
	case kafka.ErrOffsetOutOfRange, kafka.ErrAutoOffsetReset:
		e.Code, e.Title = aurora.CodeOffsetGap, "records were deleted before they were read"
		e.Hint = "connect with --on-gap skip to go on after the gap, and keep records longer in Kafka"
	case kafka.ErrFencedInstanceID, kafka.ErrFenced:
		e.Code, e.Title = aurora.CodeMemberFenced, "another process took this worker's place in the consumer group"
		e.Hint = "give each worker a data folder of its own; stop one of the two"
	case kafka.ErrMaxPollExceeded:
		e.Title, e.Hint = "the worker did not ask Kafka for records for too long", "look for a stopped or overloaded worker; it goes on by itself"
	case kafka.ErrTopicAlreadyExists:
		e.Code, e.Title, e.Hint = aurora.CodeTopicExists, subject+" exists already", "aurora topic list"
	case kafka.ErrTopicException, kafka.ErrInvalidPartitions, kafka.ErrInvalidReplicationFactor, kafka.ErrInvalidConfig, kafka.ErrPolicyViolation:
		e.Code, e.Title, e.Hint = aurora.CodeUsage, subject+" cannot be made", "use letters, digits, '.', '_' and '-' in the name, and at least one partition"
	case kafka.ErrMsgSizeTooLarge:
		e.Title, e.Hint = "a record is larger than Kafka accepts", "send smaller records, or raise max.message.bytes of the topic"
	default:
		e.Title, e.Hint = "Kafka at "+t.where+" failed", "run `aurora doctor`, and look into the broker's log"
	}
	return e
}

func quoted(user string) string {
	if user == "" {
		return "anonymous users"
	}
	return `"` + user + `"`
}

// reason takes the driver's words without the broker's name and the time spent.
func reason(d kafka.Error) string {
	text := d.Error()
	if i := strings.LastIndex(text, " (after "); i > 0 {
		text = text[:i]
	}
	if name, rest, ok := strings.Cut(text, ": "); ok && strings.Contains(name, "/") {
		text = rest
	}
	return text
}

// lastingCommit lists the refusals of a commit that a member meets while it
// keeps its partition: the same commit is repeated until it is accepted.
var lastingCommit = map[kafka.ErrorCode]bool{
	kafka.ErrIllegalGeneration: true, kafka.ErrUnknownMemberID: true, kafka.ErrRebalanceInProgress: true,
	kafka.ErrTransport: true, kafka.ErrTimedOut: true, kafka.ErrTimedOutQueue: true, kafka.ErrAllBrokersDown: true,
	kafka.ErrRequestTimedOut: true, kafka.ErrNetworkException: true, kafka.ErrWaitCoord: true,
	kafka.ErrCoordinatorLoadInProgress: true, kafka.ErrCoordinatorNotAvailable: true, kafka.ErrNotCoordinator: true,
	kafka.ErrNotLeaderForPartition: true, kafka.ErrLeaderNotAvailable: true, kafka.ErrBrokerNotAvailable: true,
	kafka.ErrResolve: true, kafka.ErrInProgress: true, kafka.ErrAssignmentLost: true, kafka.ErrRetry: true,
	kafka.ErrStaleMemberEpoch: true, kafka.ErrDestroyBroker: true, kafka.ErrAuthentication: true, kafka.ErrSsl: true,
	kafka.ErrThrottlingQuotaExceeded: true,
}

// commitError classifies the refusal of a commit.
func (t *translator) commitError(err error) *aurora.CommitError {
	var d kafka.Error
	if !errors.As(err, &d) {
		return &aurora.CommitError{Err: err}
	}
	fatal := d.IsFatal() || d.Code() == kafka.ErrFatal || d.Code() == kafka.ErrFencedInstanceID
	return &aurora.CommitError{Retriable: !fatal && lastingCommit[d.Code()], Fatal: fatal, Err: t.call("the consumer group", d)}
}

// ended gives the error of a context that ended while the driver was busy.
func ended(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return &aurora.Error{Code: aurora.CodeTimeout, Title: "Kafka did not answer in time", Hint: "try again with a longer --timeout", Err: ctx.Err()}
	}
	return ctx.Err()
}
