# `make` lists what can be done. Everything made or fetched lies in bin/, lib/, .cache/, web/node_modules/ and
# internal/{applicant,console}/dist/; `make clean` removes it. No container is needed.

SHELL := /bin/bash
.SHELLFLAGS := -o errexit -o nounset -o pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules
.DEFAULT_GOAL := help

# A Go older than 1.26 (but at least 1.21) fetches the right one by itself.
export GOTOOLCHAIN ?= auto

GO        ?= go
BONAFIDE  := bin/bonafide
TOOLS     := .cache/tools
LIB       := lib/bonafide
FUZZTIME  ?= 30s
PAGES     := internal/applicant/dist/index.html internal/console/dist/index.html

.PHONY: help
help: ## List these targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z][a-z-]*:.*## / {printf "  \033[1m%-10s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: ## Set up, fetch, build and start a server with a demonstration link
	@scripts/setup.sh
	@$(MAKE) --no-print-directory -j3 --output-sync=line prepare
	@$(MAKE) --no-print-directory build assets
	$(BONAFIDE) serve --demo $(ARGS)

# What takes long, side by side: the web programs, the packages that do not embed them, the downloads.
.PHONY: prepare
prepare: web warm downloads

# The binary embeds the built web programs, so it comes last; all else is compiled while they are built.
.PHONY: warm
warm:
	@$(GO) build $$($(GO) list -f '{{if .GoFiles}}{{.ImportPath}} {{join .Deps " "}}{{end}}' ./... \
	  | awk '!/bonafide\/internal\/(applicant|console)/ {print $$1}')

# npm keeps what it downloads; `models fetch` then finds it there. Not needed, only faster, so a failure waits for the fetch
# to explain it.
.PHONY: downloads
downloads:
	@if [ ! -e $(LIB)/libonnxruntime.so.1 ]; then \
	  node -e 'for (const p of require("./models/manifest.json").packages) console.log(p.name + "@" + p.version)' \
	    | xargs -P 4 -n 1 npm cache add --ignore-scripts --loglevel=error || true; fi

.PHONY: build
build: web ## Build bin/bonafide with the web programs inside
	@mkdir -p bin
	$(GO) build -o $(BONAFIDE) ./cmd/bonafide

.PHONY: assets
assets: $(if $(wildcard $(BONAFIDE)),,build) ## Fetch and verify the models into lib/bonafide
	@$(BONAFIDE) --lib $(LIB) models fetch

.PHONY: web
web: $(PAGES) ## Build the web programs

# Vite empties the folder first; .gitkeep stays, because the binary embeds the folder even before the first build.
$(PAGES) &: web/node_modules/.package-lock.json $(shell find web \( -name node_modules -o -name e2e \) -prune -o -type f -print)
	cd web && npm run build
	@touch $(PAGES) $(addsuffix .gitkeep,$(dir $(PAGES)))

web/node_modules/.package-lock.json: web/package.json web/package-lock.json
	cd web && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

.PHONY: test
test: assets web-check web-e2e format-check lint ## Everything that must hold: web, format, lint, vet, tests with -race, generated files
	$(GO) vet ./...
	$(GO) test -race -short -shuffle=on -timeout 30m ./...
	$(GO) test -timeout 30m $(READS_MANY)
	@$(MAKE) --no-print-directory generate-check

.PHONY: web-check
web-check: web
	cd web && npm run check && npm test

# The applicant's page in a real browser against the real program. It needs Debian's Chromium.
.PHONY: web-e2e
web-e2e: build assets
	@scripts/setup.sh browser
	cd web && npm run e2e

.PHONY: format
format: $(TOOLS)/gofumpt ## Format the Go code
	@$(TOOLS)/gofumpt -w $$(git ls-files '*.go')

.PHONY: format-check
format-check: $(TOOLS)/gofumpt
	@bad=$$($(TOOLS)/gofumpt -l $$(git ls-files '*.go')); \
	if [ -n "$$bad" ]; then echo "not formatted (make format):" >&2; echo "$$bad" >&2; exit 1; fi

.PHONY: lint
lint: $(TOOLS)/golangci-lint ## Run golangci-lint, and shellcheck where it is installed
	$(TOOLS)/golangci-lint run ./...
	@if command -v shellcheck >/dev/null; then shellcheck scripts/*.sh .ci/run; fi

# Packages whose tests read many pictures, which -short leaves out of the race detector's run.
READS_MANY := $$(grep -rl --include=*_test.go 'testing\.Short()' internal cmd | xargs -n1 dirname | sort -u | sed 's,^,./,')

# The tools are pinned in a module of their own, so that they do not mix with what the program is built from.
$(TOOLS)/golangci-lint $(TOOLS)/gofumpt &: tools/go.mod tools/go.sum
	@mkdir -p $(TOOLS)
	$(GO) build -modfile=tools/go.mod -o $(TOOLS)/ github.com/golangci/golangci-lint/v2/cmd/golangci-lint mvdan.cc/gofumpt
	@touch $(TOOLS)/golangci-lint $(TOOLS)/gofumpt

.PHONY: fuzz
fuzz: ## Fuzz every target for FUZZTIME (30s) each
	@for pkg in $$($(GO) list ./...); do \
	  for target in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
	    echo "$$pkg $$target"; $(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$pkg; done; done

.PHONY: generate
generate: ## Write the generated files and documents anew
	$(GO) generate ./...

.PHONY: generate-check
generate-check: generate
	@git diff --exit-code --stat || { echo "generated files are out of date: commit what make generate wrote" >&2; exit 1; }

.PHONY: clean
clean: ## Remove everything that was made or fetched (never data/)
	rm -rf bin lib .cache web/node_modules
	find internal/applicant/dist internal/console/dist -mindepth 1 ! -name .gitkeep -delete 2>/dev/null || true
