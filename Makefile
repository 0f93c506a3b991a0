# Nothing here but names: the work is done by scripts/dev.py, which runs without make too.
PYTHON ?= python3
DEV = $(PYTHON) scripts/dev.py

.DEFAULT_GOAL := help
.PHONY: help run test lint types check bench lock catalogues screenshots

help: ## what there is
	@$(DEV) --help
run: ## set up, make the demo network, serve it
	@$(DEV) run $(ARGS)
test: ## set up, lint, types, all tests on SQLite and PostgreSQL and in a browser
	@$(DEV) test $(ARGS)
lint: ## style, templates, import contracts, project rules
	@$(DEV) lint
types: ## mypy
	@$(DEV) types
check: ## what CI does
	@$(DEV) check
bench: ## measurements
	@$(DEV) bench $(ARGS)
lock: ## resolve the lock files again
	@$(DEV) lock $(ARGS)
catalogues: ## bring the translations up to date with the texts of the code
	@$(DEV) catalogues
screenshots: ## the pictures in docs/images, from a fresh demo network
	@$(DEV) screenshots $(ARGS)
