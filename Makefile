.DEFAULT_GOAL := help
.PHONY: help build check test chaos services

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

# Asked of Git here rather than by Go itself, which fails where the clone belongs to another user. Empty without Git.
build: version = $(shell git describe --tags --always --dirty 2>/dev/null)
build: commit = $(shell git rev-parse HEAD 2>/dev/null)
build: ## ./kagobell, one binary
	go build -buildvcs=false -ldflags '-X main.version=$(version) -X main.commit=$(commit)' -o kagobell ./cmd/kagobell

check: ## gofmt, vet and staticcheck
	.ci/check

test: ## the checks, then all tests on a MariaDB and a Redis of their own; ARGS="./store -run Decide" narrows
	.ci/with-services .ci/test $(ARGS)

chaos: ## half an hour of faults under the real binary; ARGS="-seed 7 -fault redis_flush,kill_often" narrows
	.ci/install-services
	go test ./cmd/kagobell/chaos -run TestChaos -count 1 -v -parallel 3 -timeout 2h -args -long $(ARGS)

services: ## that MariaDB and Redis, up until Ctrl-C; prints their addresses
	.ci/with-services
