#!/usr/bin/env bash
# Installs what the benchmark compares with, beside it: bench/node_modules and bench/.venv. Needs npm and Python 3.10 or later.
set -euo pipefail
cd "$(dirname "$0")"
npm ci --silent --no-fund --no-audit
[ -x .venv/bin/python ] || python3 -m venv .venv
.venv/bin/pip install --quiet --disable-pip-version-check -r requirements.txt
