# Everything a developer runs, each as one command. Needs Python 3.11 or newer, make and git; the rest comes with `uv sync`.
.DEFAULT_GOAL := help
.PHONY: help install browser demo test static check bench format

uv := scripts/uv
run := $(uv) run --frozen --no-sync
# One more than there are processors, because journeys wait as long as they compute; more than eight do not pay.
processes := $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
pytest := $(run) python -m pytest --numprocesses=$(processes) --maxprocesses=8 --dist=worksteal

help: ## show the commands
	@sed -n 's/^\([a-z]*\):.*## /  make \1	/p' Makefile

install: ## the environment .venv, exactly as uv.lock says, and what the pages load, as package-lock.json says
	@$(uv) sync --frozen --inexact --quiet
	@$(run) python -m scripts.bring_assets

browser: ## the browser of the journeys, where this may be installed (root, Debian)
	@scripts/browser

demo: install ## start everything: database, simulator, worker, with plans synced
	$(run) planbridge demo

test: install browser ## the whole test suite, with a PostgreSQL of its own (options="..." adds options of pytest)
	$(pytest) $(options)

static: install ## everything that `check` adds to `test`: format, lint, types, layers
	$(run) ruff format --check
	$(run) ruff check
	$(run) mypy
	$(run) lint-imports
	$(run) python -m pytest --quiet tests/architecture

check: static test ## all that has to hold before a commit

bench: install ## the benchmarks, with the peers they are measured against
	@$(uv) sync --frozen --inexact --quiet --group bench
	$(run) python -m benchmarks

format: install ## format the code and mend what can be mended by itself
	$(run) ruff format
	$(run) ruff check --fix
