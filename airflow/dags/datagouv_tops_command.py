"""An Airflow operator that runs one datagouv-tops command. Returns its JSON; its exit code decides whether to retry."""

from __future__ import annotations

import json
import logging
import os
import shlex
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, urlencode

from airflow.sdk import BaseHook, BaseOperator, Connection
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowNotFoundException

PROGRAM = "datagouv-tops"

# Next to the DAG, so that every worker has the watches of the DAG's version. Without this file, the tool's usual settings apply.
SETTINGS = Path(__file__).with_name("datagouv-tops.yaml")

# Airflow connections. Without a connection, the worker's environment is used.
ARCHIVE_CONNECTION = "datagouv_tops_archive"
DOCUMENTS_CONNECTION = "datagouv_tops_documents"
# Its password is the API key for the portals of the setting `publish`.
PUBLISH_CONNECTION = "datagouv_tops_publish"

# Exit codes that a retry cannot fix. All other failures are retried: the portal or a store is unreachable (3, 5), another run
# holds the date (7), or the step was stopped (130, 143, or a signal).
FINAL_EXIT_CODES = {
    1: "a bug",
    2: "a usage or configuration error",
    4: "an export breaks its contract",
    6: "the completeness gate refused the export",
}

log = logging.getLogger(__name__)


class DatagouvTopsOperator(BaseOperator):
    """Runs one command, logs its stderr while it runs, and returns the JSON value that it prints."""

    template_fields = ("arguments",)
    ui_color = "#e3e3fd"

    def __init__(self, *, arguments: Sequence[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.arguments = arguments
        self.process: subprocess.Popen | None = None

    def execute(self, context: Any) -> Any:
        result = run_command(*filter(None, self.arguments), variables=lineage_variables(context["ti"]), on_start=self._set_process)
        for asset in self.outlets:
            context["outlet_events"][asset].extra = result
        return result

    def on_kill(self) -> None:
        """Terminates the command, which stops cleanly within seconds (exit code 143)."""
        if self.process is not None:
            self.process.terminate()

    def _set_process(self, process: subprocess.Popen) -> None:
        self.process = process


def run_command(
    *arguments: str,
    variables: Mapping[str, str] = MappingProxyType({}),
    on_start: Callable[[subprocess.Popen], None] = lambda process: None,
) -> Any:
    """
    Runs a command with ``--json`` and returns the value that it prints.

    :raises AirflowFailException: if a retry cannot help
    :raises AirflowException: if a retry can help
    """
    settings = ["--config", str(SETTINGS)] if SETTINGS.exists() else []
    command = [PROGRAM, *arguments, *settings, "--json"]
    log.info("%s", shlex.join(command))
    last_line = ""
    with tempfile.TemporaryFile() as stdout:
        try:
            process = subprocess.Popen(
                command,
                env=command_environment() | variables,
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
            )
        except FileNotFoundError as error:
            raise AirflowFailException(f"{PROGRAM} is not on the PATH of this worker") from error
        on_start(process)
        for line in process.stderr:
            last_line = line.strip() or last_line
            log.info("%s", line.rstrip())
        exit_code = process.wait()
        stdout.seek(0)
        output = stdout.read()
    if exit_code == 0:
        return json.loads(output)
    if exit_code in FINAL_EXIT_CODES:
        raise AirflowFailException(f"exit code {exit_code}, {FINAL_EXIT_CODES[exit_code]}: {last_line}")
    raise AirflowException(f"exit code {exit_code}, a retry can help: {last_line}")


def lineage_variables(task_instance: Any) -> dict[str, str]:
    """Returns the variables that link the command's lineage events to the task, if OpenLineage's provider is installed."""
    try:
        from airflow.providers.openlineage.plugins.macros import lineage_parent_id, lineage_root_parent_id
    except ImportError:
        return {}
    return {
        "OPENLINEAGE_PARENT_ID": lineage_parent_id(task_instance),
        "OPENLINEAGE_ROOT_PARENT_ID": lineage_root_parent_id(task_instance),
    }


def command_environment() -> dict[str, str]:
    """Returns the worker's environment without Airflow's own variables, plus those of the connections."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "_AIRFLOW"))}
    return (
        inherited
        | _connection_variables(ARCHIVE_CONNECTION, archive_variables)
        | _connection_variables(DOCUMENTS_CONNECTION, documents_variables)
        | _connection_variables(PUBLISH_CONNECTION, publish_variables)
    )


def _connection_variables(connection_id: str, to_variables: Callable[[Connection], dict[str, str | None]]) -> dict[str, str]:
    try:
        connection = BaseHook.get_connection(connection_id)
    except AirflowNotFoundException:
        return {}
    return {name: value for name, value in to_variables(connection).items() if value}


def archive_variables(connection: Connection) -> dict[str, str | None]:
    """Reads an ``aws`` connection: login and password are the keys, schema the bucket; extra ``endpoint_url``, ``region_name``."""
    extra = connection.extra_dejson
    return {
        "DATAGOUV_TOPS_ARCHIVE": f"s3://{connection.schema or 'datagouv'}",
        "AWS_ACCESS_KEY_ID": connection.login,
        "AWS_SECRET_ACCESS_KEY": connection.password,
        "AWS_SESSION_TOKEN": extra.get("aws_session_token"),
        "AWS_ENDPOINT_URL_S3": extra.get("endpoint_url"),
        "AWS_REGION": extra.get("region_name"),
    }


def documents_variables(connection: Connection) -> dict[str, str | None]:
    """Reads a ``mongo`` connection: schema is the database, ``srv`` in extra selects ``mongodb+srv``, other extras are options."""
    options = {name: _option_text(value) for name, value in connection.extra_dejson.items() if value is not None}
    scheme = "mongodb" if options.pop("srv", "") in ("", "false", "0") else "mongodb+srv"
    user = ":".join(quote(part, safe="") for part in (connection.login, connection.password) if part)
    host = (connection.host or "localhost") + (f":{connection.port}" if connection.port else "")
    query = f"?{urlencode(options)}" if options else ""
    return {
        "DATAGOUV_TOPS_DOCUMENTS": f"{scheme}://{user and f'{user}@'}{host}/{connection.schema or 'datagouv'}{query}"
    }


def _option_text(value: Any) -> str:
    """Writes booleans as the driver reads them. A connection has ``true`` as JSON, or as text if it is defined by a URI."""
    text = str(value)
    return text.lower() if text.lower() in ("true", "false") else text


def publish_variables(connection: Connection) -> dict[str, str | None]:
    """Reads an ``http`` connection: password is the API key."""
    return {"DATAGOUV_TOPS_PUBLISH_API_KEY": connection.password}
