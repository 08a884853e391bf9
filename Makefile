# `make demo` shows Dailies at work, `make test` proves it; both begin on a fresh clone.

.PHONY: install demo test lint types locks

install:
	@.ci/install runtime "$$(.ci/preflight demo)"

demo: install
	@.venv/bin/python manage.py demo $(ARGS)

test: install-dev
	@.venv/bin/python -m pytest -n 3 --dist loadfile $(ARGS)

lint: install-dev
	@.venv/bin/ruff check . && .venv/bin/ruff format --check .

types: install-dev
	@.venv/bin/python -m mypy .

# Pins and hashes of everything, for every platform we support, without the address of any index.
LOCK = uv pip compile pyproject.toml --universal --no-header --no-emit-index-url --no-annotate --generate-hashes --quiet
locks:
	@$(LOCK) -o requirements.lock
	@$(LOCK) --group dev -c requirements.lock -o requirements-dev.lock

.PHONY: install-dev
install-dev:
	@.ci/install dev "$$(.ci/preflight test)"
