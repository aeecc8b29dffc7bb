# Two commands do all the set-up: `make demo` and `make test`. The rest is for developers.

PYTHON ?= python3
BIN := .venv/bin
COMPILE := uv pip compile -q --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --no-annotate --custom-compile-command 'make lock'
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
# What apt only recommends beside Chromium is printing, discovery and the like: no test needs it.
APT_INSTALL := $(SUDO) apt-get install -y -qq --no-install-recommends

.PHONY: demo desk test check lock browser pango imap clean bench fuzz kills pictures replay openssl

demo: .venv/run  ## audit a town that does not exist, and show the report
	$(BIN)/dozor demo

desk: .venv/run  ## the same town's desk in a browser, with two log-ins, until Ctrl-C
	$(BIN)/dozor demo --desk

# Modules are kept compiled, whatever the environment says: tests start the program hundreds of
# times, and a benchmark would measure the compiler.
demo desk test fuzz kills bench replay: export PYTHONDONTWRITEBYTECODE :=
# Much of the suite's time is spent waiting for servers that are slow on purpose: one process more
# than this project's machines have cores.
test: .venv/dev browser pango imap openssl  ## the whole suite, a browser and a mail server included
	$(BIN)/pytest -n 3 --dist worksteal

check: .venv/dev  ## style, types, import order
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.venv/run: requirements/run.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/run.txt
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

.venv/dev: requirements/dev.txt .venv/run
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.txt
	touch $@

# The report is looked at by a real browser; Debian's Chromium is the one that is driven.
browser:
	@command -v chromium >/dev/null || \
		{ $(SUDO) apt-get update -qq && $(APT_INSTALL) chromium fonts-dejavu-core; }

# WeasyPrint draws the PDF with Pango, which pip does not bring.
PANGO := libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core
pango:
	@ldconfig -p | grep -q libpangoft2-1.0 && ldconfig -p | grep -q libharfbuzz-subset || \
		{ $(SUDO) apt-get update -qq && $(APT_INSTALL) $(PANGO); }

# Replies by mail are read from a real server, which the tests start as an ordinary user.
imap:
	@command -v dovecot >/dev/null || [ -x /usr/sbin/dovecot ] || \
		{ $(SUDO) apt-get update -qq && $(APT_INSTALL) dovecot-imapd; }

# Time stamps are tried against an authority that the openssl command plays.
openssl:
	@command -v openssl >/dev/null || \
		{ $(SUDO) apt-get update -qq && $(APT_INSTALL) openssl; }

lock: .venv/dev  ## pin the newest versions that pyproject.toml allows, with hashes
	$(BIN)/pip install -q uv
	$(BIN)/$(COMPILE) pyproject.toml requirements/build.in -o requirements/run.txt
	$(BIN)/$(COMPILE) --extra postgresql pyproject.toml requirements/build.in -o requirements/postgresql.txt
	$(BIN)/$(COMPILE) --extra dev pyproject.toml requirements/build.in -o requirements/dev.txt
	$(BIN)/$(COMPILE) --extra dev --extra bench pyproject.toml requirements/build.in -o requirements/bench.txt
	$(BIN)/$(COMPILE) requirements/pywb.in -o requirements/pywb.txt

bench: .venv/bench  ## every measurement in one table, in some three minutes (FULL=1: in an hour)
	$(BIN)/python -m benchmarks.all $(if $(FULL),--full)

.venv/bench: requirements/bench.txt .venv/dev
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/bench.txt
	touch $@

replay: .venv/dev build/pywb/ready  ## our evidence, shown by another program: pywb
	PYWB=build/pywb/bin $(BIN)/pytest tests/monitor/replay_in_pywb.py

# An environment of its own: its brotlipy takes the module `brotli`, which ours uses.
build/pywb/ready: requirements/pywb.txt
	$(PYTHON) -m venv build/pywb
	build/pywb/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements/pywb.txt
	touch $@

pictures: .venv/dev browser  ## docs/*.png from the demo
	$(BIN)/dozor demo --folder build/demo
	$(BIN)/python -m docs.pictures build/demo

fuzz: .venv/dev  ## every parser, and what must hold of every judgement, with random input
	FUZZ_EXAMPLES=20000 $(BIN)/pytest tests/fuzz -n 2
	FUZZ_EXAMPLES=2000 $(BIN)/pytest tests/monitor/test_thrifty.py
	for seed in 1 2 3; do \
		FUZZ_EXAMPLES=5000 $(BIN)/pytest tests/rules/test_properties.py -n 2 --dist worksteal \
			--hypothesis-seed=$$seed || exit 1; done

kills: .venv/dev  ## 200 SIGKILLs: one service, two, workers; both databases
	KILLS=200 $(BIN)/pytest tests/monitor/test_crash.py -s

clean:
	rm -rf .venv var build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
