# Every command a developer needs. `make help` lists them; each sets up what it needs first.
.DEFAULT_GOAL := help
.PHONY: help setup up down status demo chaos chaos-all chaos-list replay mutants prove contracts contracts-proof consumers release-contracts fuzz load bench libfaketime unit test nightly nightly-tests containers check format stubs catalogue reference lock clean
SHELL := /bin/bash

BIN := .venv/bin
APP ?=
WORKERS ?= 2
EXPERIMENT ?=
SEED ?=
RUN ?=
MUTANT ?=
VERSION ?=
TIME ?=
PARTS ?=
PROFILE ?=
FAULTS ?=
CLEAN ?=
NIGHTLY ?=
NIGHT ?=
PROVIDER ?=
ARGS ?=

help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-17s %s\n", $$1, $$2}'

setup: ## Make .venv and install everything (done by the others when needed)
	@ci/setup

up: setup ## Bring the whole shop up on port 3000 until Ctrl-C (ARGS="--instances order=2 --detach")
	@$(BIN)/gauntlet up $(ARGS)

down: setup ## Stop the shop that runs detached
	@$(BIN)/gauntlet down $(ARGS)

status: setup ## Show what runs
	@$(BIN)/gauntlet status $(ARGS)

demo: setup ## Fill the running shop with users, products and stock, and print the logins
	@$(BIN)/gauntlet demo-data $(ARGS)

chaos: setup $(if $(EXPERIMENT),libfaketime) ## Run the default experiments to a verdict (EXPERIMENT=name SEED=n for one)
	@$(BIN)/gauntlet chaos run $(if $(EXPERIMENT),$(EXPERIMENT),--default) $(if $(SEED),--seed $(SEED)) $(ARGS)

chaos-all: setup libfaketime ## Run every experiment to a verdict, one after the other (about 40 minutes; SEED=n)
	@$(BIN)/gauntlet chaos run --all $(if $(SEED),--seed $(SEED)) $(ARGS)

replay: setup ## Run a saved run again, same seed and plan (RUN=.gauntlet/runs/...)
	@$(BIN)/gauntlet replay $(RUN) $(ARGS)

mutants: setup ## Plant known bugs in a copy of the shop: every one must be caught (MUTANT=name for one, SEED=1)
	@$(BIN)/gauntlet mutants run $(if $(MUTANT),$(MUTANT),--all) $(if $(SEED),--seed $(SEED)) $(ARGS)

prove: setup libfaketime ## Prove that the harness sees: corrupted histories, then the kill matrix (CLEAN=3 controls, TIME=600 s, ARGS="name --generated 40")
	@$(BIN)/gauntlet prove histories
	@$(BIN)/gauntlet prove matrix $(if $(CLEAN),--clean $(CLEAN)) $(if $(TIME),--time $(TIME)) $(if $(SEED),--seed $(SEED)) $(ARGS)

contracts: setup ## Judge every interface against the last release (ARGS="--only proto,amqp --stack-reuse default")
	@$(BIN)/gauntlet contracts check $(ARGS)

contracts-proof: setup ## Plant changes into saved interfaces: each breaking one must be named, no harmless one flagged
	@$(BIN)/gauntlet contracts prove $(ARGS)

consumers: setup ## Record the shared tests, and declare what consumers use (ARGS="-k name": of some tests, and drop nothing)
	@$(BIN)/python -m ci.consumers $(ARGS)

release-contracts: setup ## Save the interfaces as they are as a release (VERSION=0.2.0)
	@$(BIN)/gauntlet contracts release $(or $(VERSION),$(error say which: make release-contracts VERSION=0.2.0)) $(ARGS)

fuzz: setup ## Attack a running shop: REST across users and by schema, RPCs, queues, a model (TIME=180 SEED=n PARTS="across_users")
	@$(BIN)/gauntlet fuzz $(PARTS) $(if $(TIME),--time $(TIME)) $(if $(SEED),--seed $(SEED)) $(ARGS)

load: setup ## Load the shop with a thousand users, by Locust, and judge it (PROFILE=flash_sale TIME=5 FAULTS="kill_one_of=order-1,order-2")
	@$(BIN)/gauntlet load run $(or $(PROFILE),flash_sale) $(if $(TIME),--time $(TIME)) $(foreach fault,$(FAULTS),--fault $(fault)) $(if $(SEED),--seed $(SEED)) $(ARGS)

bench: setup ## Measure the shop under loads, beside what its parts cost alone (ARGS="'place, 200 users'")
	@$(BIN)/gauntlet bench shop $(ARGS)

libfaketime: setup
	@compgen -G '/usr/lib/*/faketime/libfaketime.so.1' > /dev/null \
	|| { echo "installing libfaketime with apt-get, for clocks that jump"; $(BIN)/python -m harness.stack.native.install libfaketime; } \
	|| echo "without libfaketime lock_clock_jump proves nothing and ends UNKNOWN; everything else runs"

chaos-list: setup ## List the experiments
	@$(BIN)/gauntlet chaos list

unit: setup ## Run the tests that need no server, on all processors (ARGS="-k name")
	@$(BIN)/python -m ci.test --part unit $(if $(APP),--app $(APP)) -- $(ARGS)

test: setup ## Run the tests on real servers (APP=order for one service, WORKERS=2, NIGHTLY=1 for all, ARGS="-k name")
	@$(BIN)/python -m ci.test $(if $(APP),--app $(APP)) $(if $(NIGHTLY),--nightly) --workers $(WORKERS) -- $(ARGS)

nightly-tests: setup ## Run all tests, also the further ones of each kind that `make test` leaves out
	@$(BIN)/python -m ci.test --nightly --workers $(WORKERS) -- $(ARGS)

nightly: setup libfaketime ## Run the long set, keep its figures, and write the trend (NIGHT=short for under 15 minutes, SEED=n, PROVIDER=native)
	@$(BIN)/python -m ci.nightly --night $(or $(NIGHT),long) $(if $(PROVIDER),--provider $(PROVIDER)) $(if $(SEED),--seed $(SEED)) $(ARGS)

containers: setup ## Try everything that needs Docker: conformance, order flow and compose on containers (exit 69: no engine)
	@$(BIN)/python -m ci.containers $(ARGS)

check: setup ## Run the gate: ruff, mypy, import-linter, buf, generated files, README commands
	@$(BIN)/python -m ci.check

format: setup ## Format the code
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix . && $(BIN)/buf format -w proto

stubs: setup ## Generate proto/gen from proto/
	@$(BIN)/python -m ci.stubs

catalogue: setup ## Write chaos/CATALOGUE.md from what is installed
	@$(BIN)/python -m ci.catalogue

reference: setup ## Write the JSON Schema and the reference page of services.toml from its models
	@$(BIN)/python -m ci.reference

lock: ## Resolve requirements.lock anew (needs uv)
	@uv pip compile -q --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --group dev pyproject.toml -o requirements.lock
	@sed -i '1i # Written by `make lock` (uv pip compile, hashes, no index addresses): all the project runs, tests and builds with.' requirements.lock

clean: ## Remove .venv, run folders and caches
	@rm -rf .venv .gauntlet .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
