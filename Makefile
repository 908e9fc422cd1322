# Aurora. `make demo` shows it, `make test` proves it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := build

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X github.com/aurora-analytics/aurora/cmd/aurora/cli.Version=$(VERSION)
LINT_VERSION := v2.15.0
LINT := bin/golangci-lint-$(LINT_VERSION)

.PHONY: deps check setup build webui binary demo test lint fmt bench generate clean

## deps: install from Debian's or Ubuntu's packages what building and testing need
deps:
	tools/deps.sh

## check: say what this machine has and what is missing
check:
	tools/check.sh

## build: the web UI and the binary
build: check webui binary

binary:
	go build -trimpath -ldflags '$(LDFLAGS)' -o bin/aurora ./cmd/aurora

webui: webui/dist/index.html

webui/dist/index.html: $(shell find webui -type f -not -path '*/node_modules/*' -not -path '*/.next/*' -not -path '*/dist/*' -not -path '*/out/*' 2>/dev/null)
	cd webui && npm ci --no-audit --no-fund --loglevel=error && npm run build

## setup: build, and install the engine library
setup: build
	bin/aurora engine install

## demo: from nothing to answers over real events; the stack stays up
demo: setup
	examples/flights/run.sh

## lint: the linters, formatting, tidiness and generated files
lint: $(LINT)
	$(LINT) run
	tools/drift.sh

$(LINT):
	GOBIN=$(CURDIR)/bin go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)
	mv bin/golangci-lint $@

fmt: $(LINT)
	$(LINT) fmt

## test: install what the tests need, and run them all
test: deps
	tools/test.sh

## bench: benchmarks, as ratios within one run
bench:
	go test -run '^$$' -bench . -benchtime 2s ./pkg/...

clean:
	rm -rf bin webui/out webui/.next webui/node_modules
	find webui/dist -mindepth 1 -not -name .keep -delete
