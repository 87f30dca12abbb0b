#!/usr/bin/env bash
# Installs the tools that the benchmark compares with, in bench/node_modules and bench/.venv. Needs npm and Python 3.10 or later.
set -euo pipefail
cd "$(dirname "$0")"
npm ci --silent --no-fund --no-audit
[ -x .venv/bin/python ] || python3 -m venv .venv
.venv/bin/pip install --quiet --disable-pip-version-check -r requirements.txt
