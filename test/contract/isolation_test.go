package contract

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/aurora-analytics/aurora/test/enginetest"
)

// TestRequestsDoNotBleed sends many requests at once, each with user, database,
// settings and parameters of its own, and asks each what it sees.
func TestRequestsDoNotBleed(t *testing.T) {
	t.Parallel()
	e := enginetest.Start(t)
	const clients, rounds = 16, 40
	var group sync.WaitGroup
	for c := range clients {
		group.Go(func() {
			for i := range rounds {
				id := fmt.Sprintf("%d-%d", c, i)
				if got, want := seen(t, e, c, i, id); got != want {
					t.Errorf("request %s sees %q, want %q", id, got, want)
				}
			}
		})
	}
	group.Wait()
	if got := e.Query("SELECT count() FROM system.processes"); got != "1\n" {
		t.Errorf("%s statements are left", strings.TrimSpace(got))
	}
}

// seen gives what a request sees of its own context, and what it should.
func seen(t *testing.T, e *enginetest.Engine, c, i int, id string) (string, string) {
	t.Helper()
	user, password, role, readonly := e.WriterUser, e.WriterPassword, "rw", "0"
	if (c+i)%2 == 0 {
		user, password, role, readonly = e.ReaderUser, e.ReaderPassword, "ask", "1"
	}
	database := []string{"aurora", "aurora_system"}[i%2]
	block := fmt.Sprint(1000 + c*100 + i)
	query := url.Values{
		"database": {database}, "max_block_size": {block}, "param_id": {id}, "query_id": {id},
		"query": {"SELECT {id:String}, currentRoles(), currentDatabase(), getSetting('max_block_size'), getSetting('readonly'), sum(number) FROM numbers(100000)"},
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, e.URL+"/?"+query.Encode(), nil)
	if err != nil {
		t.Error(err)
		return "", ""
	}
	request.SetBasicAuth(user, password)
	_, body := do(t, request)
	return body, fmt.Sprintf("%s\t['%s']\t%s\t%s\t%s\t4999950000\n", id, role, database, block, readonly)
}
