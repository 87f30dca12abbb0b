"""The command line of datagouv-tops as an Airflow operator: one command, its JSON as the result, its exit code as the verdict."""

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

# Beside the DAG, so that every worker has the watches of the DAG's version. Without it, the defaults and the environment count.
SETTINGS = Path(__file__).with_name("datagouv-tops.yaml")

# Connections of Airflow that name the stores. Without one, what the worker's own environment says counts.
ARCHIVE = "datagouv_tops_archive"
DOCUMENTS = "datagouv_tops_documents"

# Exit codes after which the same again would fail the same way. Any other failure is tried again: the portal or a store
# is away (3, 5), another run holds the date (7), or the step was stopped (130, 143, or by a signal).
FINAL = {
    1: "a bug",
    2: "wrong use or wrong configuration",
    4: "an export breaks its contract",
    6: "the completeness gate refused the export",
}

log = logging.getLogger(__name__)


class DatagouvTopsOperator(BaseOperator):
    """Calls one command, logs what it says while it works, and returns the JSON value that it prints."""

    template_fields = ("arguments",)
    ui_color = "#e3e3fd"

    def __init__(self, *, arguments: Sequence[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.arguments = arguments
        self.process: subprocess.Popen | None = None

    def execute(self, context: Any) -> Any:
        result = call(*filter(None, self.arguments), variables=parent_run(context["ti"]), started=self._remember)
        for asset in self.outlets:
            context["outlet_events"][asset].extra = result
        return result

    def on_kill(self) -> None:
        """The step leaves cleanly within seconds; then its exit code is 143."""
        if self.process is not None:
            self.process.terminate()

    def _remember(self, process: subprocess.Popen) -> None:
        self.process = process


def call(
    *arguments: str,
    variables: Mapping[str, str] = MappingProxyType({}),
    started: Callable[[subprocess.Popen], None] = lambda process: None,
) -> Any:
    """
    Calls a command with ``--json`` and returns the value that it prints.

    :raises AirflowFailException: when trying again cannot help
    :raises AirflowException: when it can
    """
    settings = ["--config", str(SETTINGS)] if SETTINGS.exists() else []
    command = [PROGRAM, *arguments, *settings, "--json"]
    log.info("%s", shlex.join(command))
    last = ""
    with tempfile.TemporaryFile() as out:
        try:
            process = subprocess.Popen(
                command,
                env=environment() | variables,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
            )
        except FileNotFoundError as error:
            raise AirflowFailException(f"{PROGRAM} is not on the PATH of this worker") from error
        started(process)
        for line in process.stderr:
            last = line.strip() or last
            log.info("%s", line.rstrip())
        code = process.wait()
        out.seek(0)
        printed = out.read()
    if code == 0:
        return json.loads(printed)
    if code in FINAL:
        raise AirflowFailException(f"exit code {code}, {FINAL[code]}: {last}")
    raise AirflowException(f"exit code {code}, which is worth another try: {last}")


def parent_run(task_instance: Any) -> dict[str, str]:
    """Of which task the command's lineage events are part, when OpenLineage's provider is installed."""
    try:
        from airflow.providers.openlineage.plugins.macros import lineage_parent_id, lineage_root_parent_id
    except ImportError:
        return {}
    return {
        "OPENLINEAGE_PARENT_ID": lineage_parent_id(task_instance),
        "OPENLINEAGE_ROOT_PARENT_ID": lineage_root_parent_id(task_instance),
    }


def environment() -> dict[str, str]:
    """What a command gets to see: this worker's environment without Airflow's own, and the stores that connections name."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "_AIRFLOW"))}
    return inherited | _of(ARCHIVE, archive_variables) | _of(DOCUMENTS, documents_variables)


def _of(connection_id: str, variables: Callable[[Connection], dict[str, str | None]]) -> dict[str, str]:
    try:
        connection = BaseHook.get_connection(connection_id)
    except AirflowNotFoundException:
        return {}
    return {name: value for name, value in variables(connection).items() if value}


def archive_variables(connection: Connection) -> dict[str, str | None]:
    """An ``aws`` connection: keys as login and password, the bucket as schema, ``endpoint_url`` and ``region_name`` in extra."""
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
    """A ``mongo`` connection: the database as schema; ``srv`` in extra is the kind of address, the rest its options."""
    options = dict(connection.extra_dejson)
    scheme = "mongodb+srv" if options.pop("srv", False) else "mongodb"
    user = ":".join(quote(part, safe="") for part in (connection.login, connection.password) if part)
    place = (connection.host or "localhost") + (f":{connection.port}" if connection.port else "")
    query = f"?{urlencode(options)}" if options else ""
    return {
        "DATAGOUV_TOPS_DOCUMENTS": f"{scheme}://{user and f'{user}@'}{place}/{connection.schema or 'datagouv'}{query}"
    }
