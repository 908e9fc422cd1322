package kafka

import (
	"fmt"
	"net"
	"strings"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// defaultPort is Kafka's port where an address names none.
const defaultPort = "9092"

var protocols = []string{aurora.ProtocolPlaintext, aurora.ProtocolSSL, aurora.ProtocolSASLPlaintext, aurora.ProtocolSASLSSL}

var mechanisms = []string{"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"}

// settings turns a broker into the driver's settings. It refuses what would be
// unsafe or could not work, before anything is dialled.
func settings(b aurora.Broker, secrets func(string) (string, error)) (map[string]string, error) {
	addresses, err := normalize(b.Addresses)
	if err != nil {
		return nil, err
	}
	protocol := strings.ToUpper(b.Protocol)
	if protocol == "" {
		protocol = aurora.ProtocolPlaintext
	}
	if err := oneOf("--security-protocol", protocol, protocols); err != nil {
		return nil, err
	}
	if !b.Insecure && !strings.HasSuffix(protocol, "SSL") {
		if err := refusePlaintext(addresses, protocol); err != nil {
			return nil, err
		}
	}
	s := map[string]string{"bootstrap.servers": strings.Join(addresses, ","), "security.protocol": protocol}
	if b.CAFile != "" {
		s["ssl.ca.location"] = b.CAFile
	}
	if strings.HasPrefix(protocol, "SASL") {
		err = addSASL(s, b, secrets)
	}
	return s, err
}

func addSASL(s map[string]string, b aurora.Broker, secrets func(string) (string, error)) error {
	mechanism := strings.ToUpper(b.SASLMechanism)
	if mechanism == "" {
		mechanism = "PLAIN"
	}
	if err := oneOf("--sasl-mechanism", mechanism, mechanisms); err != nil {
		return err
	}
	if b.SASLUser == "" || b.SASLPassword == "" || secrets == nil {
		return &aurora.Error{Code: aurora.CodeConfigInvalid, Title: "the sign-in at Kafka needs a user and a password",
			Detail: "the protocol is " + s["security.protocol"], Hint: "pass --sasl-user NAME and --sasl-password '${env:NAME}'"}
	}
	password, err := secrets(b.SASLPassword)
	if err != nil {
		return err
	}
	s["sasl.mechanism"], s["sasl.username"], s["sasl.password"] = mechanism, b.SASLUser, password
	return nil
}

func oneOf(flag, value string, allowed []string) error {
	for _, a := range allowed {
		if value == a {
			return nil
		}
	}
	return aurora.Usage("%s cannot be %q", "use one of "+strings.Join(allowed, ", "), flag, value)
}

// normalize gives every address a port.
func normalize(addresses []string) ([]string, error) {
	var full []string
	for _, address := range addresses {
		address = strings.TrimSpace(address)
		if address == "" {
			continue
		}
		if _, _, err := net.SplitHostPort(address); err != nil {
			address = net.JoinHostPort(strings.Trim(address, "[]"), defaultPort)
		}
		if strings.ContainsAny(address, " ,/") {
			return nil, aurora.Usage("%q is no address of a broker", "use HOST:PORT, several separated by commas", address)
		}
		full = append(full, address)
	}
	if len(full) == 0 {
		return nil, aurora.Usage("no Kafka broker is given", "pass --brokers HOST:PORT, or run `aurora up --broker`")
	}
	return full, nil
}

func refusePlaintext(addresses []string, protocol string) error {
	for _, address := range addresses {
		host, _, _ := net.SplitHostPort(address)
		if host == "localhost" || net.ParseIP(host).IsLoopback() {
			continue
		}
		return &aurora.Error{Code: aurora.CodePlaintextRefused,
			Title:  fmt.Sprintf("%s to %s is refused: it is beyond this machine", protocol, address),
			Detail: "records and passwords would travel readable by everybody on the way",
			Hint:   "use --security-protocol SASL_SSL or SSL; or pass --insecure-kafka if the network is yours"}
	}
	return nil
}
