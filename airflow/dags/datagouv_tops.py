"""
Every Wednesday at 17:00 in Paris, archives the portal's datasets that contain a term of a watch as CSV, and publishes those of the
most followed organizations as a document.

| task | does |
|---|---|
| `watches` | reads the watches from the tool's settings |
| `fetch` | stores both exports of the portal as the snapshot of the date |
| `archive` | per watch: stores the datasets with a term as CSV |
| `publish` | per watch: stores the datasets of the TOP organizations as a document |
| `publish_remote` | per watch: publishes the edition in the datasets of the tool's setting `publish` (none by default) |
| `notify` | sends the notifications for the date, after success and failure |

**The date** of an edition is the Paris date for which the run was scheduled, even if it starts late. To run another date, trigger
the DAG with the parameter `date`. You can clear any task: it only does the work that is left.

**If a task fails at once** (exit codes 1, 2, 4, 6 of the tool), a retry cannot help. The last line of its log says why and what
to do. Other failures are retried for about nine hours, with growing pauses.

**If the completeness gate refused an export** (exit code 6), look at the export. To publish it anyway, trigger the DAG with the
parameters `date` and `accept_incomplete`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from airflow.sdk import Asset, CronTriggerTimetable, Param, dag, task, task_group
from airflow.sdk.exceptions import AirflowFailException
from datagouv_tops_command import DatagouvTopsOperator, run_command

TIME_ZONE = "Europe/Paris"

# Other DAGs can be scheduled on this asset. It has one event per edition, after its document is published.
EDITIONS = Asset("datagouv_tops_editions", uri="datagouv-tops://editions")


def edition_date(params, dag_run) -> str:
    """Returns the date of the edition that a run makes, however it was started and however late it runs."""
    if params["date"]:
        return params["date"]
    instant = dag_run.logical_date or dag_run.run_after
    return instant.astimezone(ZoneInfo(TIME_ZONE)).date().isoformat()


DATE = "{{ edition_date(params, dag_run) }}"
ACCEPT_INCOMPLETE = "{{ '--accept-incomplete' if params.accept_incomplete else '' }}"


PARAMETERS = {
    "date": Param(None, type=["null", "string"], format="date", description="the edition's date (default: the run's)"),
    "accept_incomplete": Param(False, type="boolean", description="publish an export that the completeness gate refuses"),
}


def refuse_unknown_parameters(context) -> None:
    """Fails the run if a parameter is misspelled. Airflow accepts any, and the run would publish its own date instead."""
    unknown = sorted(set(context["dag_run"].conf or {}) - PARAMETERS.keys())
    if unknown:
        raise AirflowFailException(f"unknown parameter: {', '.join(unknown)}; known: {', '.join(PARAMETERS)}")


@dag(
    schedule=CronTriggerTimetable("0 17 * * 3", timezone=TIME_ZONE),
    start_date=datetime(2020, 1, 1, tzinfo=ZoneInfo(TIME_ZONE)),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=24),
    params=PARAMETERS,
    user_defined_macros={"edition_date": edition_date},
    default_args={
        # The first pause is short, so that the tasks of a lost worker restart soon. All pauses add up to nine hours.
        "retries": 24,
        "retry_delay": timedelta(seconds=15),
        "retry_exponential_backoff": True,
        "max_retry_delay": timedelta(minutes=30),
        "execution_timeout": timedelta(hours=1),
    },
    tags=["datagouv-tops", "open data"],
    doc_md=__doc__,
)
def datagouv_tops():
    fetch = DatagouvTopsOperator(
        task_id="fetch",
        arguments=["fetch", "--date", DATE, ACCEPT_INCOMPLETE],
        pre_execute=refuse_unknown_parameters,
    )

    @task
    def watches() -> list[str]:
        return [watch["name"] for watch in run_command("config")["watches"]["value"]]

    @task_group(prefix_group_id=False)
    def edition(watch: str):
        def step(name: str, **kwargs) -> DatagouvTopsOperator:
            return DatagouvTopsOperator(
                task_id=name.replace("-", "_"),
                arguments=[name, "--date", DATE, "--watch", watch],
                map_index_template="{{ task.arguments[-1] }}",
                **kwargs,
            )

        # The portal comes last: if the publication there fails, the edition is already published.
        step("archive") >> step("publish", outlets=[EDITIONS]) >> step("publish-remote")

    notify = DatagouvTopsOperator(task_id="notify", arguments=["notify", "--date", DATE], retries=2)

    # A teardown always runs, and does not change the state of the run.
    fetch >> edition.expand(watch=watches()) >> notify.as_teardown()


datagouv_tops()
