package config

import (
	"errors"
	"strings"
	"testing"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

func sources(file string, env map[string]string, flags map[string]string) Sources {
	return Sources{FileName: "config.yaml", File: []byte(file), Home: "/home/dev", Flags: flags,
		Getenv: func(name string) string { return env[name] }}
}

func TestFlagsBeatEnvironmentBeatFileBeatsDefault(t *testing.T) {
	t.Parallel()
	file := "data_dir: /from/file\nllm:\n  model: file-model\nkafka:\n  brokers: [a:1, b:2]\n"
	c, origins, err := Load(sources(file,
		map[string]string{"AURORA_DATA_DIR": "/from/env", "AURORA_LLM_MODEL": "env-model"},
		map[string]string{"data_dir": "/from/flag"}))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ key, value, origin string }{
		{"data_dir", "/from/flag", "flag --data_dir"},
		{"llm.model", "env-model", "environment AURORA_LLM_MODEL"},
		{"kafka.brokers", "a:1,b:2", "config.yaml:5"},
		{"clickhouse.reader", "reader", "default"},
		{"engine_dir", "/from/flag/engine", "default"},
	} {
		for _, s := range Settings() {
			if s.Key == tt.key && (s.Value(c) != tt.value || string(origins[s.Key]) != tt.origin) {
				t.Errorf("%s = %q from %q, want %q from %q", tt.key, s.Value(c), origins[s.Key], tt.value, tt.origin)
			}
		}
	}
}

func TestAllProblemsAreReportedAtOnceWithTheirPlace(t *testing.T) {
	t.Parallel()
	_, _, err := Load(sources("data_dri: /x\nlimits:\n  time: soon\n", map[string]string{"AURORA_LIMITS_MEMORY_BYTES": "lots"}, nil))
	var e *aurora.Error
	if !errors.As(err, &e) || e.Code != aurora.CodeConfigInvalid {
		t.Fatalf("got %v", err)
	}
	for _, want := range []string{"config.yaml:1: unknown key \"data_dri\" (did you mean data_dir?)", "config.yaml:3: limits.time", "environment AURORA_LIMITS_MEMORY_BYTES"} {
		if !strings.Contains(e.Detail, want) {
			t.Errorf("the error does not say %q: %s", want, e.Detail)
		}
	}
}

func TestSecretsAreNeverPrinted(t *testing.T) {
	t.Parallel()
	c, _, err := Load(sources("", map[string]string{"OPENAI_API_KEY": "sk-secret", "AURORA_CLICKHOUSE_WRITER_PASSWORD": "pw-secret"}, nil))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range Settings() {
		if strings.Contains(s.Value(c), "secret") {
			t.Errorf("%s prints its secret", s.Key)
		}
	}
}

func TestEverySettingIsDocumentedAndItsVariableIsItsOwn(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, s := range Settings() {
		if s.Doc == "" || s.Env == "" {
			t.Errorf("%s lacks a description or a variable", s.Key)
		}
		if other, twice := seen[s.Env]; twice {
			t.Errorf("%s is read by %s and %s", s.Env, s.Key, other)
		}
		seen[s.Env] = s.Key
	}
}
