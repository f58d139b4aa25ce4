.DEFAULT_GOAL := help
.PHONY: help build check test services

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

build: ## ./kagobell, one binary
	go build -o kagobell ./cmd/kagobell

check: ## gofmt, vet and staticcheck
	.ci/check

test: ## the checks, then all tests on a MariaDB and a Redis of their own; ARGS="./store -run Decide" narrows
	.ci/with-services .ci/test $(ARGS)

services: ## that MariaDB and Redis, up until Ctrl-C; prints their addresses
	.ci/with-services
