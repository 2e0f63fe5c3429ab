# make demo   a picture speaks: demo.mp4, in a virtual environment made here
# make test   style, types and the tests that take minutes
# make agents the tests of voice agents, which need half a gigabyte of packages
# make fleet  the tests of many machines, with Ray
# make slow   the tests that take longer

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	if $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null; \
	then echo $$p; break; fi; done)
BIN := .venv/bin
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check -c requirements.lock

.PHONY: demo test agents fleet slow lock clean

demo: .venv/made
	$(INSTALL) .
	$(INSTALL) --no-deps scikit-image  # for one picture: what it needs to run is left out
	@$(BIN)/python -m vasari.demo demo.mp4

test: .venv/made
	$(INSTALL) '.[demo,dev,live]'
	$(BIN)/ruff check src tests
	$(BIN)/ruff format --check src tests
	$(BIN)/mypy
	$(BIN)/python -m pytest -q

agents: requirements.lock # the tests of voice agents, with the real packages, in a .venv of their own
	test -d .venv-agents || $(PYTHON) -m venv .venv-agents
	.venv-agents/bin/pip install --quiet '.[demo,dev,pipecat,livekit]'
	.venv-agents/bin/python -m pytest -q tests/live/agents

fleet: requirements.lock # the tests of many machines, with a real Ray, in a .venv of their own
	test -d .venv-fleet || $(PYTHON) -m venv .venv-fleet
	.venv-fleet/bin/pip install --quiet '.[demo,dev,live,fleet]' websockets
	.venv-fleet/bin/python -m pytest -q tests/live/fleet

slow: .venv/made
	$(INSTALL) '.[demo,dev,live]'
	$(BIN)/python -m pytest -q -m slow

.venv/made: requirements.lock
	@test -n "$(PYTHON)" || { echo "Vasari needs Python 3.11, 3.12 or 3.13 (PYTHON=...)."; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

lock: # newest versions of everything, after which the tests should run
	rm -rf .venv
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --upgrade '.[demo,dev,live]'
	{ echo "# The exact versions that were tested, for pip install -c. Made by: make lock"; \
	  $(BIN)/pip freeze --exclude vasari | sort -f; } > requirements.lock

clean:
	rm -rf .venv .venv-agents .venv-fleet build dist demo.mp4
