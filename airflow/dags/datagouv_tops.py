"""
Every Wednesday at 17:00 in Paris: the datasets of the portal in which a watch's terms are present, archived as CSV, and
the share of the most followed organisations published as a document.

| task | does |
|---|---|
| `watches` | asks the tool what to look for |
| `fetch` | both exports of the portal become the snapshot of the date |
| `archive` | for each watch: the datasets with a term become its CSV |
| `publish` | for each watch: the datasets of the TOP organisations become its document |
| `notify` | tells what came of the date, whatever came of it |

**The date** of an edition is the date in Paris of the instant for which the run was scheduled, however late it comes. To run
another date by hand, trigger the DAG with the parameter `date`. Steps are safe to repeat: a task that is cleared does what
is left to do. What the completeness gate refused (exit code 6) is published by the parameter `accept_incomplete`, after a look.

**A task fails at once** when trying again cannot help (exit codes 1, 2, 4, 6 of the tool); the last line of its log says why
and what next. Otherwise it is tried again for about nine hours, with growing pauses.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from airflow.sdk import Asset, CronTriggerTimetable, Param, dag, task, task_group
from datagouv_tops_command import DatagouvTopsOperator, call

TIME_ZONE = "Europe/Paris"

# What other DAGs can be scheduled on: an event for each edition, once its document is published.
EDITIONS = Asset("datagouv_tops_editions", uri="datagouv-tops://editions")


def edition_date(params, dag_run) -> str:
    """The date of the edition that a run is to make, whoever started it and whenever it comes to it."""
    if params["date"]:
        return params["date"]
    instant = dag_run.logical_date or dag_run.run_after
    return instant.astimezone(ZoneInfo(TIME_ZONE)).date().isoformat()


DATE = "{{ edition_date(params, dag_run) }}"
ACCEPT_INCOMPLETE = "{{ '--accept-incomplete' if params.accept_incomplete else '' }}"


@dag(
    schedule=CronTriggerTimetable("0 17 * * 3", timezone=TIME_ZONE),
    start_date=datetime(2020, 1, 1, tzinfo=ZoneInfo(TIME_ZONE)),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=24),
    params={
        "date": Param(None, type=["null", "string"], format="date", description="the edition's date"),
        "accept_incomplete": Param(False, type="boolean", description="publish what the completeness gate refuses"),
    },
    user_defined_macros={"edition_date": edition_date},
    default_args={
        # The first pause is short, so that the work of a lost worker is soon taken up; all of them are nine hours.
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
    fetch = DatagouvTopsOperator(task_id="fetch", arguments=["fetch", "--date", DATE, ACCEPT_INCOMPLETE])

    @task
    def watches() -> list[str]:
        return [watch["name"] for watch in call("config")["watches"]["value"]]

    @task_group(prefix_group_id=False)
    def edition(watch: str):
        def step(name: str, **kwargs) -> DatagouvTopsOperator:
            arguments = [name, "--date", DATE, "--watch", watch]
            return DatagouvTopsOperator(
                task_id=name, arguments=arguments, map_index_template="{{ task.arguments[-1] }}", **kwargs
            )

        step("archive") >> step("publish", outlets=[EDITIONS])

    notify = DatagouvTopsOperator(task_id="notify", arguments=["notify", "--date", DATE], retries=2)

    # A teardown comes whatever came before, and neither its success nor its failure changes what the run came to.
    fetch >> edition.expand(watch=watches()) >> notify.as_teardown()


datagouv_tops()
