# Chancery: see README.md. `make run` and `make test` set up all they need.
SHELL := /bin/bash
export CGO_ENABLED := 0
NPM := npm --prefix web
RUN := run

.PHONY: run test check build setup e2e bench bench-client nightly fuzz budget clean

## run: set up, build, start the demonstration office
run: build
	bin/chancery demo --data $(RUN)/demo --base-port $${BASE_PORT:-8000}

## build: bin/chancery with the web client inside
build: web/dist/index.html
	go build -ldflags="-s -w" -o bin/chancery ./cmd/chancery

web/node_modules/.package-lock.json: web/package.json web/package-lock.json
	$(NPM) ci --no-audit --no-fund
	@touch $@

web/dist/index.html: web/node_modules/.package-lock.json $(shell find web/src web/public web/*.html web/*.ts 2>/dev/null | grep -v node_modules)
	$(NPM) run build

## check: vet, house test, unit tests; under a minute when warm
check:
	go vet ./...
	go test -short ./...

## test: set up everything, then every test
test: setup build
	.ci/test

## setup: Debian packages, where something is missing
setup:
	.ci/setup

## bench: the figures of doc/benchmarks.md
bench: build
	.ci/bench

## bench-client: the figures of the web client in a mailbox of 100,000 letters
bench-client: build
	node web/bench/run.mjs $(BENCH)

## nightly: what takes too long for every change
nightly: setup build
	CHANCERY_KILLS=200 go test -count=1 -timeout 60m -run TestKilled ./cmd/chancery
	$(NPM) run long
	$(MAKE) fuzz FUZZTIME=5m

FUZZTIME ?= 20s
## fuzz: every fuzz target for FUZZTIME
fuzz:
	.ci/fuzz $(FUZZTIME)

## budget: bytes of each route of the web client
budget: web/dist/index.html
	$(NPM) run budget

clean:
	rm -rf bin $(RUN) web/dist/assets web/dist/index.html
