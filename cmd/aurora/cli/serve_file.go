package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// serveFile is run/serve.json: where the server answers, and the token for
// programs. It is readable by its owner only.
type serveFile struct {
	PID     int       `json:"pid"`
	Address string    `json:"address"`
	URL     string    `json:"url"`
	Version string    `json:"version"`
	Started time.Time `json:"started"`
	Token   string    `json:"token"`
}

func serveFilePath(runDir string) string { return filepath.Join(runDir, "serve.json") }

func (f serveFile) write(runDir string) error {
	if err := aurora.ReplaceJSON(serveFilePath(runDir), f); err != nil {
		return &aurora.Error{
			Code: aurora.CodeStorageUnwritable, Title: "cannot write the server's run file", Detail: err.Error(),
			Hint: "make the data folder writable, or choose another with --data-dir", Err: err,
		}
	}
	return nil
}

// remove withdraws the announcement, unless another server has written its own since.
func (f serveFile) remove(runDir string) {
	if now, ok := readServeFile(runDir); ok && now.Token == f.Token {
		_ = os.Remove(serveFilePath(runDir))
	}
}

func readServeFile(runDir string) (f serveFile, ok bool) {
	content, err := os.ReadFile(serveFilePath(runDir))
	return f, err == nil && json.Unmarshal(content, &f) == nil
}

// askForLink asks the server of this data folder for a new sign-in link; ok is
// false when none answers.
func askForLink(ctx context.Context, runDir string) (link string, ok bool) {
	f, ok := readServeFile(runDir)
	if !ok {
		return "", false
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+f.Address+"/api/v1/session/links", nil)
	if err != nil {
		return "", false
	}
	request.Header.Set("Authorization", "Bearer "+f.Token)
	request.Host = hostOf(f)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", false
	}
	defer func() { _ = response.Body.Close() }()
	var answer struct {
		URL string `json:"url"`
	}
	err = json.NewDecoder(response.Body).Decode(&answer)
	return answer.URL, err == nil && response.StatusCode == http.StatusOK && answer.URL != ""
}

// hostOf is a Host header that the server accepts even when it listens on all addresses.
func hostOf(f serveFile) string {
	request, err := http.NewRequest(http.MethodGet, f.URL, nil)
	if err != nil {
		return f.Address
	}
	return request.Host
}

// openBrowser shows the link in a browser, if there is a desktop. The link goes
// through a private file: arguments of a process can be read by other users.
func (a *app) openBrowser(ctx context.Context, runDir, link string) {
	program := "xdg-open"
	if runtime.GOOS == "darwin" {
		program = "open"
	} else if a.proc.Getenv("DISPLAY") == "" && a.proc.Getenv("WAYLAND_DISPLAY") == "" {
		return
	}
	page := filepath.Join(runDir, "open.html")
	content := fmt.Sprintf(`<!doctype html><meta http-equiv="refresh" content="0;url=%s">`, html.EscapeString(link))
	if err := aurora.ReplaceFile(page, []byte(content)); err != nil {
		return
	}
	command := exec.CommandContext(ctx, program, page)
	command.Env = a.proc.Env
	if err := command.Start(); err == nil {
		go func() { _ = command.Wait() }() // ends with the opener, at the latest with ctx
	}
}
