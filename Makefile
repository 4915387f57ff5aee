PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000

BIN := .venv/bin
INSTALLED := .venv/.installed
BENCHMARKS = $(subst /,.,$(basename $(sort $(wildcard benchmarks/bench_*.py) benchmarks/coordinate_check.py)))
PEERS := .venv/.installed-peers
# Each process takes its share of the tests in order, so that tests of one file share what they work
# out, and helps the others when it is done.  One more than there are cores, since some tests wait.
PROCESSES = $(shell $(PYTHON) -c 'import os; print(1 + (os.cpu_count() or 1))')
PYTEST = OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(PROCESSES) --dist worksteal

# Tests start many processes: each module is compiled once for all of them.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo docs serve check quick test bench clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-6s  %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(INSTALLED) ## Install everything into .venv

$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'Python 3.11 or later is needed; name one with: make setup PYTHON=python3.12' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo 'Python has no venv module; on Debian and Ubuntu: apt install python3-venv' >&2; exit 1; }
	@echo 'Installing into .venv (a minute or two the first time)'
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

demo: setup ## Show what the service does, on examples
	@echo 'Running the demonstration'
	@$(BIN)/python -m app.demo

docs: setup ## Build the guide, which the service serves at /guide
	@echo 'Building the guide'
	@# Not with -q, which hides from --strict the warnings that it counts.
	@report=$$(DISABLE_MKDOCS_2_WARNING=true NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict 2>&1) || \
		{ echo "$$report" >&2; exit 1; }

serve: setup docs ## Serve on HOST (127.0.0.1) and PORT (8000)
	@$(BIN)/python -m app.cli serve --host $(HOST) --port $(PORT)

check: setup ## Lint, check formatting, types and imports
	@echo 'Checking style, formatting, types and imports'
	@$(BIN)/ruff check -q
	@$(BIN)/ruff format -q --check
	@$(BIN)/mypy --no-error-summary
	@report=$$($(BIN)/lint-imports --no-logo --no-cache) || { echo "$$report" >&2; exit 1; }
	@echo 'Style, formatting, types and imports are in order'

# A file that a mark leaves out as a whole is not even read.
QUICK = -m 'not training and not processes and not pictures and not exhaustive' \
	$(addprefix --ignore=,$(shell grep -lr '^pytestmark = pytest.mark' tests --include='*.py'))

quick: setup check ## Check, then run the tests without training, servers, pictures
	@echo 'Running the quick tests'
	@$(PYTEST) $(QUICK) --hypothesis-profile=quick

test: setup check ## Check, then run every test
	@scripts/ensure-chromium
	@echo 'Running the tests'
	@$(PYTEST)

# mup also asks for torchvision and seaborn, which only its own tests and plots use; neural-tangents
# for TensorFlow, of which nothing is used here.
$(PEERS): pyproject.toml constraints.txt $(INSTALLED)
	@echo 'Installing what the benchmarks compare with'
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[bench]'
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt --no-deps mup neural-tangents
	@touch $@

bench: setup $(PEERS) ## Run every benchmark, one after the other
	@for benchmark in $(BENCHMARKS); do \
		echo "Running $$benchmark"; \
		$(BIN)/python -m $$benchmark || exit 1; \
	done

clean: ## Remove .venv and everything generated
	@echo 'Removing .venv, caches and build outputs'
	@rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .schemathesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
