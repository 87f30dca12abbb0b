# shellcheck shell=bash disable=SC2034,SC2154
# Shared by the Airflow services of scripts/services. Installs the Airflow of airflow/requirements.lock.

project=$(dirname "$here")
lock=$project/airflow/requirements.lock
uv_version=0.13.9
# Each version of the lock file has its own environment.
environment=$programs/airflow-$(cksum <"$lock" | cut -d ' ' -f 1)

installed() { [ -f "$environment/complete" ]; }

missing() {
  installed || python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
    echo 'Python 3.11 or later (Debian: apt install python3-venv)'
}

fetch() {
  if installed; then return; fi
  echo 'airflow: downloading and compiling its Python packages; this takes some minutes' >&2
  python3 -c 'import ensurepip' 2>/dev/null || apt_install python3-venv
  local uv=$programs/uv-$uv_version
  [ -x "$uv/bin/uv" ] || { python3 -m venv "$uv" && "$uv/bin/pip" install --quiet "uv==$uv_version"; }
  "$uv/bin/uv" venv --quiet --clear --python "$(command -v python3)" "$environment"
  # Compile now: otherwise the first start takes longer.
  "$uv/bin/uv" pip install --quiet --python "$environment/bin/python" --compile-bytecode --require-hashes -r "$lock"
  touch "$environment/complete"
}

# Exports the environment of every Airflow process. Keeps the AIRFLOW variables from the env files and the defaults below if
# the caller has set them. Always overwrites the home, the addresses, the secrets and the users.
export_settings() {
  local file name value
  for file in "$project/airflow/airflow.env" "$folder/postgres.env" "$folder/redis.env"; do
    while IFS='=' read -r name value; do
      case $name in AIRFLOW*) [ -n "${!name:-}" ] || export "$name=$value" ;; esac
    done < <(cat "$file" 2>/dev/null)
  done
  local url users=$folder/airflow/users.json
  url=http://127.0.0.1:$(cat "$folder/airflow/port")
  echo '{"airflow": "airflowpassword"}' >"$users"
  export AIRFLOW_HOME=$data
  export AIRFLOW__CORE__DAGS_FOLDER=${AIRFLOW__CORE__DAGS_FOLDER:-$project/airflow/dags}
  export AIRFLOW__CORE__EXECUTOR=${AIRFLOW__CORE__EXECUTOR:-LocalExecutor}
  export AIRFLOW__CORE__EXECUTION_API_SERVER_URL=${AIRFLOW__CORE__EXECUTION_API_SERVER_URL:-$url/execution/}
  export AIRFLOW__API__HOST=127.0.0.1 AIRFLOW__API__PORT=${url##*:} AIRFLOW__API__BASE_URL=$url
  export AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS=airflow:admin AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE=$users
  AIRFLOW__CORE__FERNET_KEY=$(secret fernet)
  AIRFLOW__API__SECRET_KEY=$(secret api)
  AIRFLOW__API_AUTH__JWT_SECRET=$(secret jwt)
  AIRFLOW_CONN_DATAGOUV_TOPS_ARCHIVE=${AIRFLOW_CONN_DATAGOUV_TOPS_ARCHIVE:-$(archive_connection)}
  AIRFLOW_CONN_DATAGOUV_TOPS_DOCUMENTS=${AIRFLOW_CONN_DATAGOUV_TOPS_DOCUMENTS:-$(documents_connection)}
  export AIRFLOW__CORE__FERNET_KEY AIRFLOW__API__SECRET_KEY AIRFLOW__API_AUTH__JWT_SECRET
  export AIRFLOW_CONN_DATAGOUV_TOPS_ARCHIVE AIRFLOW_CONN_DATAGOUV_TOPS_DOCUMENTS
  mkdir -p "$data/bin"
  ln -sf "$project/dist/cli.js" "$data/bin/datagouv-tops"
  export PATH=$data/bin:$environment/bin:$PATH
  # SERVICES_FOLDER is only for scripts/services, so Airflow's tasks must not see it.
  # Without Python's compiled files, everything takes twice as long to start.
  unset SERVICES_FOLDER PYTHONDONTWRITEBYTECODE
}

# Prints a secret that all the services share. Generates it on first use.
secret() {
  local file=$folder/airflow/secret-$1
  [ -s "$file" ] || (umask 077 && head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '\n' >"$file")
  cat "$file"
}

# Prints the stores as Airflow connections, if they are up. Without a connection, the tool's own settings apply.
archive_connection() {
  [ -f "$folder/minio.env" ] || return 0
  # shellcheck source=/dev/null
  . "$folder/minio.env"
  printf '{"conn_type":"aws","login":"%s","password":"%s","schema":"%s","extra":{"endpoint_url":"%s","region_name":"%s"}}' \
    "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" "${DATAGOUV_TOPS_ARCHIVE#s3://}" "$AWS_ENDPOINT_URL_S3" "$AWS_REGION"
}

documents_connection() {
  [ -f "$folder/mongodb.env" ] || return 0
  # shellcheck source=/dev/null
  . "$folder/mongodb.env"
  echo "${DATAGOUV_TOPS_DOCUMENTS/#mongodb:/mongo:}"
}

# Runs commands in parallel. When one of them ends, or this process is stopped, all of them end.
run_together() {
  local command
  trap 'stop_all_and_exit' TERM INT
  for command in "$@"; do $command & done
  wait -n || true
  stop_all_and_exit
}

stop_all_and_exit() {
  trap '' TERM INT
  local tries=80 pids
  pids=$(jobs -p)
  # shellcheck disable=SC2086
  kill $pids 2>/dev/null || true
  while [ -n "$(jobs -pr)" ] && [ "$tries" -gt 0 ]; do
    tries=$((tries - 1))
    sleep 0.1
  done
  # Kill the rest of this session, including this process.
  kill -KILL -- "-$$" 2>/dev/null || true
  exit 0
}
