// Package config is Aurora's configuration: one documented struct, and a pure
// function that fills it from a file, the environment and flags and remembers
// where each value came from.
package config

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// Config is the whole configuration.
type Config struct {
	DataDir   string
	EngineDir string
	// ClickHouse selects the store. An empty URL means the embedded engine of DataDir.
	ClickHouse ClickHouse
	Kafka      aurora.Broker
	Model      Model
	Limits     aurora.Limits
}

// ClickHouse says how to reach a ClickHouse over its HTTP interface.
type ClickHouse struct {
	URL, Writer, WriterPassword, Reader, ReaderPassword string
}

// Model says which language model answers questions. An empty Key and BaseURL mean none.
type Model struct {
	Name, BaseURL, Key string
}

// Configured tells whether a model can be asked.
func (m Model) Configured() bool { return m.Key != "" || m.BaseURL != "" }

// Setting documents one value of the configuration.
type Setting struct {
	// Key is the dotted name in the configuration file.
	Key string
	// Env is the environment variable that sets it.
	Env string
	Doc string
	// Secret values are never printed.
	Secret bool

	set func(*Config, string) error
	get func(*Config) string
}

// Value gives the setting's value in c; "set" stands for a secret.
func (s Setting) Value(c *Config) string {
	value := s.get(c)
	if s.Secret && value != "" {
		return "(set)"
	}
	return value
}

// Settings lists every setting, in the order of its key.
func Settings() []Setting {
	settings := []Setting{
		text("data_dir", "AURORA_DATA_DIR", "folder of the local stack", func(c *Config) *string { return &c.DataDir }),
		text("engine_dir", "AURORA_ENGINE_DIR", "folder of the engine library; several stacks may share it", func(c *Config) *string { return &c.EngineDir }),
		text("clickhouse.url", "AURORA_CLICKHOUSE_URL", "HTTP address of a ClickHouse to use instead of the embedded engine", func(c *Config) *string { return &c.ClickHouse.URL }),
		text("clickhouse.writer", "AURORA_CLICKHOUSE_WRITER", "user that writes", func(c *Config) *string { return &c.ClickHouse.Writer }),
		secret("clickhouse.writer_password", "AURORA_CLICKHOUSE_WRITER_PASSWORD", "its password", func(c *Config) *string { return &c.ClickHouse.WriterPassword }),
		text("clickhouse.reader", "AURORA_CLICKHOUSE_READER", "user that may only read; questions run as this user", func(c *Config) *string { return &c.ClickHouse.Reader }),
		secret("clickhouse.reader_password", "AURORA_CLICKHOUSE_READER_PASSWORD", "its password", func(c *Config) *string { return &c.ClickHouse.ReaderPassword }),
		list("kafka.brokers", "AURORA_KAFKA_BROKERS", "addresses of the brokers, host:port, separated by commas", func(c *Config) *[]string { return &c.Kafka.Addresses }),
		text("kafka.security_protocol", "AURORA_KAFKA_SECURITY_PROTOCOL", "PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL", func(c *Config) *string { return &c.Kafka.Protocol }),
		text("kafka.sasl_mechanism", "AURORA_KAFKA_SASL_MECHANISM", "PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512", func(c *Config) *string { return &c.Kafka.SASLMechanism }),
		text("kafka.sasl_user", "AURORA_KAFKA_SASL_USER", "user at the broker", func(c *Config) *string { return &c.Kafka.SASLUser }),
		text("kafka.sasl_password", "AURORA_KAFKA_SASL_PASSWORD", "reference to the password: ${env:NAME} or ${file:PATH}", func(c *Config) *string { return &c.Kafka.SASLPassword }),
		text("kafka.ca_file", "AURORA_KAFKA_CA_FILE", "certificate authority of the broker (PEM)", func(c *Config) *string { return &c.Kafka.CAFile }),
		text("llm.model", "AURORA_LLM_MODEL", "name of the language model", func(c *Config) *string { return &c.Model.Name }),
		text("llm.base_url", "OPENAI_BASE_URL", "address of an OpenAI-compatible endpoint", func(c *Config) *string { return &c.Model.BaseURL }),
		secret("llm.key", "OPENAI_API_KEY", "key of that endpoint", func(c *Config) *string { return &c.Model.Key }),
		duration("limits.time", "AURORA_LIMITS_TIME", "longest run of a query", func(c *Config) *time.Duration { return &c.Limits.Time }),
		number("limits.rows_to_read", "AURORA_LIMITS_ROWS_TO_READ", "most rows a query may read", func(c *Config) *int64 { return &c.Limits.RowsToRead }),
		number("limits.memory_bytes", "AURORA_LIMITS_MEMORY_BYTES", "most memory a query may use, in bytes", func(c *Config) *int64 { return &c.Limits.MemoryBytes }),
	}
	slices.SortFunc(settings, func(a, b Setting) int { return cmp.Compare(a.Key, b.Key) })
	return settings
}

// Origin says where a value came from: "default", "environment NAME", "FILE:LINE" or "flag --NAME".
type Origin string

// Sources are what Load reads. Flags overrides win over Env, Env over File, File over the defaults.
type Sources struct {
	// FileName and File are the configuration file; an empty File is no file.
	FileName string
	File     []byte
	// Getenv gives an environment variable, "" when not set.
	Getenv func(string) string
	// Flags holds values by setting key.
	Flags map[string]string
	// Home is the user's home folder.
	Home string
}

// Load gives the configuration and the origin of each setting by key. All
// problems are reported at once, in one error of code config_invalid.
func Load(src Sources) (*Config, map[string]Origin, error) {
	c := defaults(src)
	origins := map[string]Origin{}
	file, problems := parseFile(src.FileName, src.File)
	for _, s := range Settings() {
		origins[s.Key] = "default"
		apply := func(value string, origin Origin) {
			if value == "" {
				return
			}
			if err := s.set(c, value); err != nil {
				problems = append(problems, fmt.Sprintf("%s: %s: %v", origin, s.Key, err))
				return
			}
			origins[s.Key] = origin
		}
		if entry, ok := file[s.Key]; ok {
			apply(entry.value, Origin(fmt.Sprintf("%s:%d", src.FileName, entry.line)))
		}
		apply(src.Getenv(s.Env), Origin("environment "+s.Env))
		apply(src.Flags[s.Key], Origin("flag --"+s.Key))
	}
	if c.EngineDir == "" {
		c.EngineDir = filepath.Join(c.DataDir, "engine")
	}
	if len(problems) > 0 {
		return nil, nil, &aurora.Error{Code: aurora.CodeConfigInvalid, Title: "the configuration is not valid",
			Detail: strings.Join(problems, "; "), Hint: "correct it, then run `aurora config show`"}
	}
	return c, origins, nil
}

func defaults(src Sources) *Config {
	data := src.Getenv("XDG_DATA_HOME")
	if data == "" {
		data = filepath.Join(src.Home, ".local", "share")
	}
	return &Config{
		DataDir:    filepath.Join(data, "aurora"),
		ClickHouse: ClickHouse{Writer: "writer", Reader: "reader"},
		Kafka:      aurora.Broker{Protocol: aurora.ProtocolPlaintext},
		Model:      Model{Name: "gpt-3.5-turbo"},
		Limits:     aurora.DefaultLimits(),
	}
}

func text(key, env, doc string, field func(*Config) *string) Setting {
	return Setting{Key: key, Env: env, Doc: doc,
		set: func(c *Config, v string) error { *field(c) = v; return nil },
		get: func(c *Config) string { return *field(c) }}
}

func secret(key, env, doc string, field func(*Config) *string) Setting {
	s := text(key, env, doc, field)
	s.Secret = true
	return s
}

func list(key, env, doc string, field func(*Config) *[]string) Setting {
	return Setting{Key: key, Env: env, Doc: doc,
		set: func(c *Config, v string) error { *field(c) = SplitList(v); return nil },
		get: func(c *Config) string { return strings.Join(*field(c), ",") }}
}

func number(key, env, doc string, field func(*Config) *int64) Setting {
	return Setting{Key: key, Env: env, Doc: doc,
		set: func(c *Config, v string) error {
			n, err := strconv.ParseInt(v, 10, 64)
			if err != nil || n <= 0 {
				return fmt.Errorf("%q is not a positive whole number", v)
			}
			*field(c) = n
			return nil
		},
		get: func(c *Config) string { return strconv.FormatInt(*field(c), 10) }}
}

func duration(key, env, doc string, field func(*Config) *time.Duration) Setting {
	return Setting{Key: key, Env: env, Doc: doc,
		set: func(c *Config, v string) error {
			d, err := time.ParseDuration(v)
			if err != nil || d <= 0 {
				return fmt.Errorf("%q is not a duration such as 10s", v)
			}
			*field(c) = d
			return nil
		},
		get: func(c *Config) string { return field(c).String() }}
}

// SplitList splits a comma-separated list and trims its parts.
func SplitList(s string) []string {
	var parts []string
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}
