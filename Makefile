# The commands of the README. They need only Node (20.19 or later) and npm.

.PHONY: demo test test-airflow test-udata test-compose build install

# make demo ARGS=--clean deletes the demo's folder at the end.
demo: build
	@node dist/cli.js demo $(ARGS)

# make test NODE=22 (20, 24, 26, or a full version) runs everything on that version of Node.
ifdef NODE
test:
	@scripts/with-node $(NODE) $(MAKE) --no-print-directory test NODE=
else
test: build
	npm run --silent types
	npm run --silent lint
	npm run --silent unused
	npm test --silent
endif

# Tests the DAG with PostgreSQL, Redis and two workers on separate hosts. Takes some minutes; scripts/services installs everything.
test-airflow: build
	scripts/services install minio mongodb postgres redis airflow
	TEST_AIRFLOW=1 npx vitest run test/airflow

# Tests the program with a real uData server, which UDATA_KIT (default: ../shared/udata) starts. The first start takes 3 minutes.
test-udata: build
	TEST_UDATA=1 npx vitest run test/udata

# Tests the two commands of the README on a real Docker engine: health, the DAG, restarts, upgrades. Takes 10 to 12 minutes. It
# tests the last commit. Images that cannot be pulled are made by DOCKER_KIT (default: ../shared/docker). It upgrades from the commit
# UPGRADE_FROM (default: HEAD^).
test-compose: install
	scripts/checkers store-clients-python
	TEST_COMPOSE=1 npx vitest run test/compose

build: install
	@echo 'building (about 10 seconds)'
	@npm run --silent build

install: node_modules/.package-lock.json

node_modules/.package-lock.json: package.json package-lock.json
	@echo 'installing the packages of package-lock.json (up to a minute)'
	@npm ci --no-fund --no-audit --loglevel=error
