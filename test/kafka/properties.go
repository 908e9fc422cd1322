package kafkatest

import (
	_ "embed"
	"fmt"
	"net"
	"os"
	"text/template"
)

// User and Password sign in at the SASL listeners, by PLAIN and by SCRAM-SHA-256.
const (
	User     = "alice"
	Password = "alice-secret"
)

//go:embed server.properties.tmpl
var serverProperties string

// ports are the broker's listeners.
type ports struct{ Plaintext, Controller, SASL, SSL, SASLSSL int }

// freePorts finds ports nobody listens on. Another process may take one before
// Kafka does; [Run] tries again then.
func freePorts() (ports, error) {
	var found [5]int
	for i := range found {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return ports{}, fmt.Errorf("find a free port: %w", err)
		}
		defer listener.Close()
		found[i] = listener.Addr().(*net.TCPAddr).Port
	}
	return ports{found[0], found[1], found[2], found[3], found[4]}, nil
}

// writeProperties writes Kafka's configuration. Without a key store there are no TLS listeners.
func writeProperties(path, data string, p ports, keystore string) error {
	t, err := template.New("server.properties").Parse(serverProperties)
	if err != nil {
		return err
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	return t.Execute(file, map[string]any{"Ports": p, "Data": data, "Keystore": keystore, "User": User, "Password": Password})
}

func address(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }
