// Package webui holds the exported web UI, to be served by pkg/server.
package webui

import (
	"embed"
	"io/fs"
)

// The prefix "all:" keeps what begins with an underscore: Next.js writes its
// scripts below _next.
//
//go:embed all:dist placeholder
var files embed.FS

// Files gives the web UI: the exported pages, or the page that says how to
// build them when this binary was built without them.
func Files() fs.FS {
	root := "placeholder"
	if Built() {
		root = "dist"
	}
	sub, err := fs.Sub(files, root)
	if err != nil { // the names are constants: this cannot be
		return files
	}
	return sub
}

// Built says whether this binary holds the real pages.
func Built() bool {
	_, err := fs.Stat(files, "dist/index.html")
	return err == nil
}
