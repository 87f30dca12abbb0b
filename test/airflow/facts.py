"""Prints the facts of the DAG that need no database, as one JSON value. Argument: the folder of the DAGs."""

from __future__ import annotations

import contextlib
import json
import sys
from datetime import datetime, timezone
from types import SimpleNamespace

DAGS_FOLDER = sys.argv[1]
sys.path.insert(0, DAGS_FOLDER)

with contextlib.redirect_stdout(sys.stderr):
    from airflow.dag_processing.dagbag import DagBag
    from airflow.sdk import Connection
    from airflow.sdk.exceptions import AirflowException, AirflowFailException
    from airflow.serialization.serialized_objects import DagSerialization
    from airflow.timetables.base import DataInterval, TimeRestriction

    bag = DagBag(DAGS_FOLDER)
    import datagouv_tops
    import datagouv_tops_command as command
    import pendulum

dag = bag.dags["datagouv_tops"]


def scheduled_instants(start: str, count: int) -> list[str]:
    """Returns the next instants of the schedule after a moment, in UTC."""
    timetable = DagSerialization.from_dict(DagSerialization.to_dict(dag)).timetable
    instants, last = [], None
    for _ in range(count):
        restriction = TimeRestriction(earliest=pendulum.parse(start), latest=None, catchup=True)
        last = timetable.next_dagrun_info(last_automated_data_interval=last, restriction=restriction)
        instants.append(last.logical_date.astimezone(timezone.utc).isoformat())
        last = DataInterval(last.logical_date, last.logical_date)
    return instants


def edition_date(param: str | None, logical_date: str | None, run_after: str) -> str:
    moment = lambda text: text and datetime.fromisoformat(text)
    run = SimpleNamespace(logical_date=moment(logical_date), run_after=moment(run_after))
    return datagouv_tops.edition_date({"date": param}, run)


def outcome(*arguments: str) -> dict:
    """Runs a command of the stand-in program on the PATH, and returns how it ended."""
    try:
        return {"returned": command.run_command(*arguments)}
    except AirflowFailException as error:
        return {"final": str(error)}
    except AirflowException as error:
        return {"retry": str(error)}


def variables(make, **connection) -> dict:
    return {name: value for name, value in make(Connection(conn_id="test", **connection)).items() if value}


facts = {
    "errors": bag.import_errors,
    "dag": {
        "tags": sorted(dag.tags),
        "catchup": dag.catchup,
        "max_active_runs": dag.max_active_runs,
        "doc": dag.doc_md,
        "params": dag.params.dump(),
    },
    "tasks": {
        task.task_id: {
            "after": sorted(task.upstream_task_ids),
            "mapped": task.get_closest_mapped_task_group() is not None,
            "retries": task.retries,
            "timeout": task.execution_timeout.total_seconds(),
            "teardown": task.is_teardown,
            "outlets": [asset.uri for asset in task.outlets],
        }
        for task in dag.tasks
    },
    "spring": scheduled_instants("2027-03-20T00:00:00+00:00", 3),
    "autumn": scheduled_instants("2027-10-25T00:00:00+00:00", 3),
    "dates": {
        "scheduled": edition_date(None, "2027-03-31T15:00:00+00:00", "2027-03-31T15:00:00+00:00"),
        "late": edition_date(None, "2026-11-18T16:00:00+00:00", "2026-11-20T09:00:00+00:00"),
        "by hand": edition_date(None, None, "2026-11-18T23:30:00+00:00"),
        "by hand for a date": edition_date("2026-11-11", None, "2026-11-18T23:30:00+00:00"),
        "backfill": edition_date(None, "2026-10-28T16:00:00+00:00", "2026-11-18T12:00:00+00:00"),
    },
    "outcomes": {code: outcome("exit", code) for code in ("0", "1", "2", "3", "4", "5", "6", "7", "130", "143")},
    "killed": outcome("killed"),
    "not_found": None,
    "environment": outcome("environment")["returned"],
    "archive": variables(
        command.archive_variables,
        conn_type="aws",
        login="key",
        password="s3cr3t",
        schema="bucket",
        extra='{"endpoint_url": "http://minio:9000", "region_name": "eu-west-3"}',
    ),
    "publish": variables(command.publish_variables, conn_type="http", password="k3y"),
    "documents": [
        variables(command.documents_variables, conn_type="mongo", host="mongodb", port=27017, schema="tops"),
        variables(
            command.documents_variables,
            conn_type="mongo",
            host="cluster.example.org",
            login="me@home",
            password="a/b:c",
            extra='{"srv": true, "authSource": "admin"}',
        ),
        variables(
            command.documents_variables,
            conn_type="mongo",
            extra='{"srv": "false", "tls": true, "retryWrites": false, "tlsInsecure": "True", "maxPoolSize": 4, "w": null}',
        ),
    ],
}
command.PROGRAM = "datagouv-tops-is-not-here"
facts["not_found"] = outcome("config")
print(json.dumps(facts))
