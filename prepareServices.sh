#!/usr/bin/env bash
# Before the first `docker compose up --build -d`: the folders that the services mount, and .env with this user's id and
# random secrets. What is there stays as it is, so it may be run again at any time.
set -euo pipefail
cd "$(dirname "$0")"

mkdir -p airflow/dags airflow/logs
[ -f .env ] || (umask 077 && cp .env.example .env)

# Fills in a variable that .env leaves empty.
fill() {
  if ! grep -q "^$1=" .env; then echo "$1=" >>.env; fi
  if grep -q "^$1=\$" .env; then
    # A new file in its place, so that an interruption leaves the old one whole.
    awk -v name="$1" -v value="$2" '$0 == name "=" { print name "=" value; next } { print }' .env >.env.new
    chmod 600 .env.new
    mv .env.new .env
  fi
}

random() { head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '\n'; }

fill AIRFLOW_UID "$(id -u)"
fill AIRFLOW_FERNET_KEY "$(random)"
fill AIRFLOW_SECRET_KEY "$(random)"
fill AIRFLOW_JWT_SECRET "$(random)"
echo 'ready: docker compose up --build -d'
