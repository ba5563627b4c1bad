# The two commands: `make serve` and `make test`. Everything they need is made in .venv and var/.
PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8000
HOST ?= 127.0.0.1
# which ICD-10 the coder's page starts with: cm (US public domain, a stand-in) or who (shows WHO's licence notice)
ICD10 ?= cm
CONTENT := $(shell find codesystems schemas validators -type f 2>/dev/null | grep -v '/examples/invalid/' | tr ' ' '?')
INSTALLED := .venv/.installed
BUILT := var/.built

.PHONY: serve test check lint types bench browser faults nightly fuzz sbom audit release clean

# what an elder termserver made and this one cannot search stands with a colon in the list, and is made again
serve: $(BUILT)
ifeq ($(ICD10),who)
	@if $(BIN)/termserver release list 2>/dev/null | grep -q '^[* ] icd10 '; then exit 0; fi; \
	$(BIN)/termserver import icd10; \
	printf 'Type "yes" to say that you hold a licence and accept these terms: '; read answer; \
	if [ "$$answer" = yes ]; then $(BIN)/termserver import icd10 --accept-licence; \
	else echo "WHO's ICD-10 is not imported; what is here is served without it. 'make serve' alone takes ICD-10-CM."; fi
else
	@$(BIN)/termserver release list 2>/dev/null | grep -q '^[* ] icd10cm ' || $(BIN)/termserver import icd10cm
endif
	@$(BIN)/termserver release list 2>/dev/null | grep -q '^[* ] registries-sample ' || $(BIN)/termserver sample --small --use
	$(BIN)/termserver serve --host $(HOST) --port $(PORT)

test: $(INSTALLED) lint types
	$(BIN)/pytest -n 2 -m "not nightly"

# the inner loop: under two minutes
check: $(INSTALLED) lint types
	$(BIN)/pytest -n 2 -m "not nightly and not slow and not browser"

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/termserver content check
	$(BIN)/termserver content format --check

types: $(INSTALLED)
	$(BIN)/mypy

bench: $(INSTALLED)
	$(BIN)/python -m benchmarks

# faults of real processes under load, some minutes; writes docs/reliability.md (as root on Linux: disks and lines too)
faults: $(INSTALLED)
	$(BIN)/python -m benchmarks.faults

nightly: $(INSTALLED)
	$(BIN)/pytest -n 2 -m nightly

# so many seconds for each target; needs atheris (the extra "fuzz"; Linux)
SECONDS ?= 60
fuzz: $(INSTALLED)
	$(BIN)/python -c 'import atheris' 2>/dev/null || $(BIN)/pip install --quiet -e '.[fuzz]'
	$(BIN)/python tests/fuzz/fuzz_run.py $(SECONDS)

# the parts of this installation, as CycloneDX
sbom: $(INSTALLED)
	@mkdir -p var
	$(BIN)/termserver sbom -o var/sbom.json

# known weaknesses of the parts; asks the package index for each, and says so where it cannot be asked (3)
audit: $(INSTALLED)
	$(BIN)/pip install --quiet pip-audit
	$(BIN)/python .ci/audit.py

release: $(BUILT)

# a browser for the page tests, where apt-get is there (run as root, or with sudo)
browser:
	command -v chromium >/dev/null && command -v chromedriver >/dev/null || \
	  { $$(command -v sudo || true) apt-get update -qq && $$(command -v sudo || true) apt-get install -y -qq chromium chromium-driver fonts-noto-core; }

$(INSTALLED): pyproject.toml hatch_build.py
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --upgrade pip
	$(BIN)/pip install --quiet -e '.[dev]'
	$(BIN)/python -m compileall -q src
	@touch $@

$(BUILT): $(INSTALLED) $(CONTENT)
	$(BIN)/termserver release build
	@mkdir -p var && touch $@

clean:
	rm -rf .venv var dist build .pytest_cache .mypy_cache .ruff_cache src/termserver/shipped
