package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

func TestValuesOutOfRangeAreWrongUsage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args   []string
		stderr string
	}{
		{[]string{"broker", "--port", "70000"}, "--port 70000 is out of range"},
		{[]string{"engine", "--port", "-1"}, "--port -1 is out of range"},
		{[]string{"connect", "topic", ""}, "the name of the topic is empty"},
		{[]string{"connect", "topic", "t", "--sample", "0"}, "use 1 to 10000"},
		{[]string{"sql", "--max-rows-read", "-10", "SELECT 1"}, "--max-rows-read -10 is out of range"},
		{[]string{"--timeout", "-5s", "version"}, "--timeout -5s is out of range"},
	} {
		runTopic(t, t.TempDir(), "", c.args...).want(t, 2, c.stderr)
	}
}

func TestTheTimeLimitEndsWithItsOwnStatus(t *testing.T) {
	t.Parallel()
	runTopic(t, t.TempDir(), "", "status", "--timeout", "1ns").want(t, 124, "error: the time limit ran out")
}

func TestProduceRefusesAFolder(t *testing.T) {
	t.Parallel()
	got := runTopic(t, t.TempDir(), "", "topic", "produce", "t", "-f", t.TempDir())
	got.want(t, 2, "is a directory")
	if strings.Contains(got.stderr, "stored") {
		t.Errorf("stderr %q", got.stderr)
	}
}

type failingWriter struct{ err error }

func (w failingWriter) Write([]byte) (int, error) { return 0, w.err }

func TestAFailedWriteOfTheDataIsNoErrorOfTheProgram(t *testing.T) {
	t.Parallel()
	for cause, code := range map[error]aurora.Code{syscall.ENOSPC: aurora.CodeStorageFull, errors.New("x"): aurora.CodeStorageUnwritable} {
		for _, format := range formats {
			out := &Output{Format: format, Data: dataWriter{failingWriter{cause}}}
			err := Items(out, []int{1}, func([]int) Table { return Table{Header: []string{"N"}, Rows: [][]string{{"1"}}} })
			if e := aurora.AsError(err); e == nil || e.Code != code || e.Hint == "" {
				t.Errorf("%s: %v", format, err)
			}
		}
	}
}

// fakeEngine answers every statement, and has some dead letters.
type fakeEngine struct {
	asker
	pipelines
	letters int
	asked   string
}

func (f *fakeEngine) Query(_ context.Context, s aurora.Statement, _ aurora.Limits) (aurora.Answer, error) {
	f.asked = s.SQL
	return aurora.Answer{}, nil
}

func (f *fakeEngine) DeadLetters(_ context.Context, _ string, limit int) ([]aurora.DeadLetter, error) {
	return make([]aurora.DeadLetter, min(limit, f.letters)), nil
}

func TestSQLSaysThatFormatIsLeftOut(t *testing.T) {
	t.Parallel()
	for statement, noted := range map[string]bool{
		"select 1 format JSON": true, "SELECT 1\nFORMAT TSV ;\n": true,
		"SELECT format FROM t": false, "SELECT format FROM t ORDER BY format DESC": false, "SELECT 'format JSON'": false,
	} {
		var stderr bytes.Buffer
		o := &sqlOptions{
			Engine: func() (asker, error) { return &fakeEngine{}, nil }, SQL: statement,
			Out: &Output{Format: FormatCSV, Data: &bytes.Buffer{}, Messages: &stderr},
		}
		if err := sqlRun(t.Context(), o); err != nil || strings.Contains(stderr.String(), "-o chooses the form") != noted {
			t.Errorf("%q: %v, stderr %q", statement, err, stderr.String())
		}
	}
}

func TestSQLReadsTheStatementFromStdin(t *testing.T) {
	t.Parallel()
	a := newApp(Process{Stdin: strings.NewReader("SELECT 7"), Now: time.Now})
	if got, err := sqlText(a, nil, "-"); err != nil || got != "SELECT 7" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestDeadLettersSayThatThereAreMore(t *testing.T) {
	t.Parallel()
	for letters, noted := range map[int]bool{19: false, 20: false, 21: true} {
		var stdout, stderr bytes.Buffer
		o := &pipelineOptions{
			Engine: func() (pipelines, error) { return &fakeEngine{letters: letters}, nil }, Limit: 20,
			Out: &Output{Format: FormatCSV, Data: &stdout, Messages: &stderr},
		}
		err := deadLetterList(t.Context(), o)
		rows := strings.Count(stdout.String(), "\n") - 1
		if err != nil || rows != min(letters, 20) || strings.Contains(stderr.String(), "raise --limit") != noted {
			t.Error(fmt.Sprint(letters), rows, err, stderr.String())
		}
	}
}
