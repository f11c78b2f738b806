# The commands of the README. Everything is installed into .venv, from the hash-pinned lock files.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
WEB_PORT ?= 8000
SANDBOX_PORT ?= 9000
KILLS ?= 50
# Heavy tests (millions of records, real brokers) run in CI only.
PYTEST_MARKS := $(if $(CI),,-m "not heavy")

.PHONY: demo test bench chaos check fix lock browser clean

demo: export DATADOG_SANDBOX_URL = http://127.0.0.1:$(SANDBOX_PORT)
demo: export PORTAL_BASE_URL = http://127.0.0.1:$(WEB_PORT)
demo: .venv/portal-installed
	$(BIN)/python manage.py demo $(if $(ONCE),--once)

test: .venv/dev-installed browser
	$(BIN)/pytest -n 2 --dist worksteal $(PYTEST_MARKS)

# Kills workers, beat, web, broker and PostgreSQL while records flow; docs/explanation/delivery.md.
chaos: .venv/dev-installed
	$(BIN)/python -m tests.chaos --kills $(KILLS) $(if $(SEED),--seed $(SEED)) $(if $(REDIS),--redis)

# Figures as JSON below var/bench/; docs/explanation/performance.md says what they mean.
bench: .venv/dev-installed
	$(BIN)/python -m bench

check: .venv/dev-installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy portal integrations tests bench manage.py
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run

fix: .venv/dev-installed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: .venv/dev-installed
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --quiet -o requirements/portal.txt
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-header --quiet -o requirements/dev.txt

clean:
	rm -rf .venv var staticfiles

# Debian ships Python without venv; root can install it, others are told what is missing.
.venv/bin/python:
	$(PYTHON) -m venv .venv || { rm -rf .venv; apt-get update -qq && apt-get install -y -qq python3-venv && $(PYTHON) -m venv .venv; }

.venv/portal-installed: requirements/portal.txt .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/portal.txt
	touch $@

.venv/dev-installed: requirements/dev.txt .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	touch $@ .venv/portal-installed

# The browser tests drive Debian's Chromium; without it they are skipped and say so.
browser:
	@command -v chromium >/dev/null || { [ "$$(id -u)" = 0 ] && apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null; } || echo "Chromium is not installed: browser tests will be skipped (apt-get install chromium)."
