#!/usr/bin/env bash
# Run this once before `docker compose up --build -d`. It creates the folders that the services mount, and .env with your user id
# and random secrets. It keeps all that exists, so you can run it again at any time.
set -euo pipefail
cd "$(dirname "$0")"

mkdir -p airflow/dags airflow/logs
# The page reads its settings there, as another user. In a clone that only you can read (umask 077), it would silently use the defaults.
chmod a+rx airflow/dags
[ -f .env ] || (umask 077 && cp .env.example .env)

# Sets a variable that is empty in .env.
set_if_empty() {
  if ! grep -q "^$1=" .env; then echo "$1=" >>.env; fi
  if grep -q "^$1=\$" .env; then
    # Replace the file in one step, so that an interruption cannot damage it.
    awk -v name="$1" -v value="$2" '$0 == name "=" { print name "=" value; next } { print }' .env >.env.new
    chmod 600 .env.new
    mv .env.new .env
  fi
}

random_secret() { head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '\n'; }

set_if_empty AIRFLOW_UID "$(id -u)"
set_if_empty AIRFLOW_FERNET_KEY "$(random_secret)"
set_if_empty AIRFLOW_SECRET_KEY "$(random_secret)"
set_if_empty AIRFLOW_JWT_SECRET "$(random_secret)"
echo 'ready: docker compose up --build -d'
