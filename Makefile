# Trueup. `make` alone lists what there is. Asked of the machine: Python 3.11 or newer, make, git.
PYTHON ?= $(shell command -v python3 >/dev/null && python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	&& echo python3 || for p in python3.14 python3.13 python3.12 python3.11 python3; do command -v $$p && break; done)
BIN := .venv/bin
STACK = $(BIN)/python -m trueup_devstack.commands
WEB = $(BIN)/python -m trueup_devstack.web
PYTEST = $(BIN)/python -m pytest
MEMBERS = $(filter-out services/dashboard-web/%,$(wildcard libs/*/src services/*/src))
empty :=
export MYPYPATH = $(subst $(empty) $(empty),:,$(MEMBERS))
export PYTHONDONTWRITEBYTECODE =
.DEFAULT_GOAL := help
.PHONY: $(shell sed -n 's/^\([a-z0-9-]*\):.*/\1/p' $(firstword $(MAKEFILE_LIST)))

help: ## This list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

prepare: ## Install everything that is locked (up, check and test do it themselves)
	@$(PYTHON) libs/devstack/src/trueup_devstack/bootstrap.py

# ---- run -----------------------------------------------------------------------------------------------------------

up: prepare ## Start everything, wait until it is ready, print address and logins; TRUEUP_PORT=8180 for another port
	@$(STACK) up

down: prepare ## Stop everything; the data stay
	@$(STACK) down

reset: prepare ## Stop everything and forget all data
	@$(STACK) reset

status: prepare ## Every process: pid, state, restarts
	@$(STACK) status

logs: prepare ## Last lines of a service: make logs S=reconciler
	@$(STACK) logs $(or $(S),supervisor)

migrate: prepare ## Bring every schema of the running database to its newest revision
	@$(BIN)/trueup migrate

# ---- check ---------------------------------------------------------------------------------------------------------

check: lint types contracts fresh web-check ## Everything static: format, lint, types, import contracts, generated files, the page

lint: prepare
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: prepare
	$(BIN)/mypy $(MEMBERS) tests

contracts: prepare
	$(BIN)/lint-imports

fresh: prepare
	$(BIN)/python -m trueup_contracts.export --check
	$(BIN)/python -m dashboard_api.openapi docs/openapi.json --check
	$(BIN)/python -m dashboard_api.figures docs/figures.md --check

web-check: prepare
	$(WEB) check

fmt: prepare ## Format the Python code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix --exit-zero .

# ---- test ----------------------------------------------------------------------------------------------------------

test: unit contract integration web-test e2e ## All tests, on a real Kafka and PostgreSQL they start themselves, and in a browser

unit: prepare ## Tests that need no server
	$(PYTEST) $(wildcard tests/unit tests/architecture tests/oracle) -q -n 2

contract: prepare ## Contracts: our events, and Stripe's own validator and document over our adapter and the sandbox
	@$(BIN)/python -m trueup_devstack.stripe_mock
	$(PYTEST) tests/contract -q

integration: prepare ## Tests on a real Kafka and a real PostgreSQL
	$(PYTEST) tests/integration -q -n 4 --dist worksteal

web-test: prepare ## The page's own tests
	$(WEB) test

e2e: prepare ## Browser tests on a stack of their own
	INGEST_QUICKBOOKS_POLL_INTERVAL_S=5 STRIPE_WEBHOOKS_RETRY_PAY_TIMEOUT_S=5 STRIPE_WEBHOOKS_RETRY_CLAIM_S=12 \
		$(BIN)/python -m trueup_devstack.own_stack -- sh -c "$(BIN)/trueup verify --wait 240 && $(WEB) e2e"

compose-check: prepare ## The containers as in a fresh clone: start, verify, scale, restart, as JSON; needs Docker; ARGS=--scenario=default
	$(BIN)/python tests/compose/check.py $(ARGS)

oracle: prepare ## The product against a second implementation of its rules, on N made-up accounts, as JSON; SEED=0
	$(BIN)/python -m tests.oracle.run $(or $(N),2000) --seed $(or $(SEED),0) $(ARGS)

simulate: prepare ## N seeded histories of repeats, delays, kills and two owners against the same, as JSON; SEED=0
	$(BIN)/python -m tests.oracle.simulation.run $(or $(N),300) --seed $(or $(SEED),0) $(ARGS)

# ---- generate ------------------------------------------------------------------------------------------------------

COMPILE = $(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-annotate --no-emit-index-url \
	--no-emit-find-links --python-version 3.11
# What the images install: the members that run there, in the very versions of requirements.lock.
SHIPPED = $(filter-out libs/devstack/%,$(wildcard libs/*/pyproject.toml services/*/pyproject.toml))

lock: prepare ## Compile requirements.lock and what the images install anew from all declarations
	@cp requirements.lock requirements.lock.new  # what is pinned stays, unless UPGRADE says otherwise
	$(COMPILE) --group dev -o requirements.lock.new $(UPGRADE)
	@sed '/^-e /d' requirements.lock.new > requirements.lock && rm requirements.lock.new
	$(COMPILE) -c requirements.lock -o requirements.lock.new $(SHIPPED)
	@sed '/^-e /d' requirements.lock.new > deploy/docker/requirements.lock && rm requirements.lock.new
	@echo uv_build | $(COMPILE) -c requirements.lock -o deploy/docker/build.lock -

schemas: prepare ## Generate event schemas, topics.yaml, openapi.json, figures.md and the page's types
	$(BIN)/python -m trueup_contracts.export
	$(BIN)/python -m dashboard_api.openapi docs/openapi.json
	$(BIN)/python -m dashboard_api.figures docs/figures.md
	$(WEB) api

screenshots: prepare ## Write docs/images from a running stack
	$(WEB) screenshots

# ---- measure -------------------------------------------------------------------------------------------------------

check-scope: prepare ## Ask a running stack for the accounts of others in every way there is, as JSON; needs `make up`
	$(BIN)/python -m tests.security.scope $(ARGS)

bench-freshness: prepare ## From a payment to the changed row on the live stream, as JSON; needs `make up`
	$(BIN)/python tests/load/bench_freshness.py $(ARGS)

bench-retry: prepare ## From the click on Retry to its outcome, and twenty clicks at once, as JSON; needs `make up`
	$(BIN)/python -m tests.load.bench_retry $(ARGS)

bench-exports: prepare ## Times of the PDF report, and whether LibreOffice reads the CSV as meant, as JSON
	$(BIN)/python tests/load/bench_exports.py $(ARGS)

bench-reconciler: prepare ## From Kafka into the fact tables: events/s against a bare reader and a textbook one, as JSON
	$(BIN)/python -m tests.load.bench_reconciler $(ARGS)

bench-replay: prepare ## Recompute 12,000 accounts from their facts while they are read, as JSON
	$(BIN)/python -m tests.load.bench_replay $(ARGS)

bench-decide: prepare ## What one decision costs, by age and size of the account, as JSON
	$(BIN)/python -m tests.load.bench_decide $(ARGS)

bench-links: prepare ## Resolving links of 12,000 accounts, suggestions for 500 customers, as JSON
	$(BIN)/python tests/load/bench_links.py $(ARGS)

bench-ingest: prepare ## Everything read anew for 12,000 accounts, 3 and 12 months, on stacks of their own, as JSON
	$(BIN)/python -m tests.load.bench_ingest $(ARGS)

backtest: prepare ## How far the forecast would have missed, by class of account, on the sandbox's history, as JSON
	$(BIN)/python tests/load/backtest.py $(ARGS)

chaos: prepare ## Seeded kills under load, then verify; needs `make up`
	$(BIN)/python -m tests.chaos.kill_spree $(ARGS)

mutate-guards: prepare ## Remove each safety guard in turn; a named test must fail
	$(BIN)/python -m tests.mutation.guards $(ARGS)

mutate-rules: prepare ## Break each rule of reconciliation in turn; a test of that rule must fail; ARGS=17 for one rule
	$(BIN)/python -m tests.mutation.rules $(ARGS)

mutate-retries: prepare ## Read each of the gateway's answers wrongly in turn; the test of its row must fail
	$(BIN)/python -m tests.mutation.retries $(ARGS)

mutate-retry-rows: prepare ## The same in a running stack: the row's test in the browser must fail
	$(BIN)/python -m tests.mutation.retry_rows $(ARGS)

# Short patience, so that what is not clear is asked again within the run, and what was killed is missed soon.
SHORT_PATIENCE = STRIPE_WEBHOOKS_RETRY_PAY_TIMEOUT_S=2 STRIPE_WEBHOOKS_RETRY_CLAIM_S=6 \
	STRIPE_WEBHOOKS_RETRY_PAUSE_LONGEST_S=3 STRIPE_WEBHOOKS_SESSION_TIMEOUT_S=6 DASHBOARD_API_SESSION_TIMEOUT_S=6 \
	INGEST_QUICKBOOKS_POLL_INTERVAL_S=5

chaos-retry: prepare ## Seeded kill -9 while payments are retried; no charge too many, no false success, on a stack of its own
	$(SHORT_PATIENCE) $(BIN)/python -m trueup_devstack.own_stack -- \
		sh -c "$(BIN)/trueup verify --wait 400 && $(BIN)/python -m tests.chaos.retry_spree $(ARGS)"

chaos-sources: prepare ## Every fault of the three sources for ten minutes at twenty times their pace, on a stack of its own
	SANDBOX_SCENARIO=$(CURDIR)/deploy/sandbox/default.yaml INGEST_AMPLITUDE_POLL_INTERVAL_S=60 \
		INGEST_QUICKBOOKS_POLL_INTERVAL_S=6 INGEST_QUICKBOOKS_LIMITED_PAUSE_S=20 INGEST_QUICKBOOKS_RENEW_AGAIN_AFTER_S=10 \
		STRIPE_WEBHOOKS_POLL_INTERVAL_S=30 \
		$(BIN)/python -m trueup_devstack.own_stack -- \
		sh -c "$(BIN)/trueup verify --wait 400 && $(BIN)/python -m tests.chaos.source_spree $(ARGS)"

check-replicas: prepare ## Three replicas of each ingest service: one refresh, nothing twice, another pulls when one is killed, as JSON
	INGEST_AMPLITUDE_POLL_INTERVAL_S=15 INGEST_QUICKBOOKS_POLL_INTERVAL_S=5 STRIPE_WEBHOOKS_POLL_INTERVAL_S=5 \
		INGEST_QUICKBOOKS_RENEW_AGAIN_AFTER_S=5 $(BIN)/python -m trueup_devstack.own_stack -- \
		sh -c "$(BIN)/trueup verify --wait 400 && $(BIN)/python -m tests.chaos.replicas $(ARGS)"

check-partial: prepare ## 1,000 invoices of which the gateway shows 600, in the browser and the API, on a stack of its own
	INGEST_QUICKBOOKS_POLL_INTERVAL_S=5 STRIPE_WEBHOOKS_POLL_INTERVAL_S=5 TRUEUP_LONG=1 \
		$(BIN)/python -m trueup_devstack.own_stack -- sh -c "$(BIN)/trueup verify --wait 400 && \
		$(WEB) e2e -- partial.spec && $(BIN)/trueup verify --wait 300"

cover-sources: prepare ## Branches of domain and usecases that the unit tests of the three ingest services reach: 95 % at the least
	@$(BIN)/python -m tests.mutation.coverage sources

cover-domain: prepare ## Branches of the reconciler's domain that its unit tests reach: all
	@$(BIN)/python -m tests.mutation.coverage domain

mutate: prepare ## Mutate the normalisers of the three sources with cosmic-ray; 85 % must be noticed; ARGS="--sample 200"
	@$(BIN)/python -m tests.mutation.score normalisers $(ARGS)

mutate-domain: prepare ## The same with the reconciler's domain; 90 % must be noticed
	@$(BIN)/python -m tests.mutation.score domain $(ARGS)
