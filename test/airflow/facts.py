"""Prints, as one JSON value, what there is to know of the DAG without a database. Called with the folder of the DAGs."""

from __future__ import annotations

import contextlib
import json
import sys
from datetime import datetime, timezone
from types import SimpleNamespace

FOLDER = sys.argv[1]
sys.path.insert(0, FOLDER)

with contextlib.redirect_stdout(sys.stderr):
    from airflow.dag_processing.dagbag import DagBag
    from airflow.sdk import Connection
    from airflow.sdk.exceptions import AirflowException, AirflowFailException
    from airflow.serialization.serialized_objects import DagSerialization
    from airflow.timetables.base import DataInterval, TimeRestriction

    bag = DagBag(FOLDER)
    import datagouv_tops
    import datagouv_tops_command as command
    import pendulum

dag = bag.dags["datagouv_tops"]


def instants(start: str, count: int) -> list[str]:
    """The first instants of the schedule from a moment on, in UTC."""
    timetable = DagSerialization.from_dict(DagSerialization.to_dict(dag)).timetable
    found, last = [], None
    for _ in range(count):
        restriction = TimeRestriction(earliest=pendulum.parse(start), latest=None, catchup=True)
        last = timetable.next_dagrun_info(last_automated_data_interval=last, restriction=restriction)
        found.append(last.logical_date.astimezone(timezone.utc).isoformat())
        last = DataInterval(last.logical_date, last.logical_date)
    return found


def date(param: str | None, logical_date: str | None, run_after: str) -> str:
    moment = lambda text: text and datetime.fromisoformat(text)
    run = SimpleNamespace(logical_date=moment(logical_date), run_after=moment(run_after))
    return datagouv_tops.edition_date({"date": param}, run)


def verdict(*arguments: str) -> dict:
    """What comes of a command: the program on the path says and does what its arguments say."""
    try:
        return {"returned": command.call(*arguments)}
    except AirflowFailException as error:
        return {"final": str(error)}
    except AirflowException as error:
        return {"again": str(error)}


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
    "spring": instants("2027-03-20T00:00:00+00:00", 3),
    "autumn": instants("2027-10-25T00:00:00+00:00", 3),
    "dates": {
        "scheduled": date(None, "2027-03-31T15:00:00+00:00", "2027-03-31T15:00:00+00:00"),
        "late": date(None, "2026-11-18T16:00:00+00:00", "2026-11-20T09:00:00+00:00"),
        "by hand": date(None, None, "2026-11-18T23:30:00+00:00"),
        "by hand for a date": date("2026-11-11", None, "2026-11-18T23:30:00+00:00"),
        "backfill": date(None, "2026-10-28T16:00:00+00:00", "2026-11-18T12:00:00+00:00"),
    },
    "verdicts": {code: verdict("exit", code) for code in ("0", "1", "2", "3", "4", "5", "6", "7", "130", "143")},
    "killed": verdict("killed"),
    "absent": None,
    "seen": verdict("environment")["returned"],
    "archive": variables(
        command.archive_variables,
        conn_type="aws",
        login="key",
        password="s3cr3t",
        schema="bucket",
        extra='{"endpoint_url": "http://minio:9000", "region_name": "eu-west-3"}',
    ),
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
    ],
}
command.PROGRAM = "datagouv-tops-is-not-here"
facts["absent"] = verdict("config")
print(json.dumps(facts))
