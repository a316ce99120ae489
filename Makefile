# One command each: `make run` shows the product, `make test` proves it, `make bench` measures it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DIR ?= data/practice
PORT ?= 8000
SIZE ?= small

.PHONY: run install test bench messages clean

run: $(VENV)/installed
	$(BIN)/gongzhi demo --dir $(DIR) --port $(PORT) --size $(SIZE)

install: $(VENV)/installed

$(VENV)/installed: pyproject.toml requirements.lock hatch_build.py
	tools/install.sh $(VENV) core
	touch $@

test:
	tools/test.sh

bench:
	tools/bench.sh

messages: $(VENV)/installed
	$(BIN)/python -m gongzhi.look.messages extract
	$(BIN)/python -m gongzhi.look.messages compile

clean:
	rm -rf $(VENV) build dist
