"""`drover runs`: what a running `drover up` runs and has run, and what people ask of it."""

from collections.abc import Sequence
from typing import Annotated, Final

import typer

from drover.cli.asking import Things, WhichArgument, acts, because, group, lists
from drover.cli.fleet import PHONES
from drover.cli.play import ParamOption, parameters
from drover.cli.remote import ClientOption, Json, JsonOption, Remote, TokenOption, UrlOption, remote, show


def _worded(api: Remote, runs: Sequence[Json]) -> Sequence[Json]:
    """Add the names of phones and workflows to runs."""
    phones = api.names("/phones") if runs else {}
    workflows = api.names("/definitions", query={"kind": "workflow"}) if runs else {}
    named = [{"workflow": workflows.get(run["workflow_id"]), "phone": phones.get(run["phone_id"])} for run in runs]
    return [run | names for run, names in zip(runs, named, strict=True)]


RUNS: Final = Things(
    "/runs",
    ("id", "workflow", "phone", "status", "result", "reason", "attempt", "created_at", "ended_at"),
    name="id",
    worded=_worded,
)
STEPS: Final = ("position", "purpose", "name", "sequence", "status", "result", "reason", "id")
TASKS: Final = ("number", "name", "kind", "status", "attempts", "actual", "error")
REPORT: Final = ("status", "result", "sequences", "tasks", "recoveries", "attempts", "seconds", "failed_at", "error")

runs = group("runs", "Runs of a running `drover up`.")
lists(runs, "list", RUNS, "List the runs, the latest first.")
acts(runs, "pause", RUNS, "Have a run stop, and keep it so until it is resumed.", below="/pause", body=because)
acts(runs, "cancel", RUNS, "Have a run stop for good.", below="/cancel", body=because)
acts(runs, "resume", RUNS, "Have a paused run go on from where it was.", below="/resumption", method="PUT")


@runs.command("show")
def show_run(
    run: Annotated[str, typer.Argument(help="Its id, or the first letters of it.")],
    client: ClientOption = "",
    url: UrlOption = "",
    token: TokenOption = "",
    json_line: JsonOption = False,
) -> None:
    """Show a run and its steps."""
    with remote(url, token, client) as api:
        whole = api.of_client("GET", RUNS.one(api, run))
        RUNS.show(api, whole, json_line=json_line)
    if not json_line:
        show(whole["steps"], STEPS, json_line=False)


@runs.command("report")
def report(
    run: Annotated[str, typer.Argument(help="Its id, or the first letters of it.")],
    client: ClientOption = "",
    url: UrlOption = "",
    token: TokenOption = "",
    json_line: JsonOption = False,
) -> None:
    """Sum a run up."""
    with remote(url, token, client) as api:
        show(api.of_client("GET", RUNS.one(api, run) + "/report"), REPORT, json_line=json_line)


@runs.command("tasks")
def tasks(
    run: Annotated[str, typer.Argument(help="Its id, or the first letters of it.")],
    client: ClientOption = "",
    url: UrlOption = "",
    token: TokenOption = "",
    json_line: JsonOption = False,
) -> None:
    """List the tasks of a run, in order."""
    with remote(url, token, client) as api:
        one = RUNS.one(api, run)
        steps = api.of_client("GET", one)["steps"]
        found = [task for step in steps for task in api.every(f"{one}/steps/{step['id']}/tasks")]
    show({"items": found, "next": None}, TASKS, json_line=json_line)


@runs.command("start")
def start(
    workflow: Annotated[str, typer.Argument(help="The workflow's name.")],
    phone: Annotated[str, typer.Option(help="The phone's name.")],
    account: Annotated[str, typer.Option(help="The account, such as plaza.account1@phone3.")] = "",
    param: ParamOption = None,
    client: ClientOption = "",
    url: UrlOption = "",
    token: TokenOption = "",
    json_line: JsonOption = False,
) -> None:
    """Run a workflow on a phone, as soon as that is free."""
    with remote(url, token, client) as api:
        body = {
            "workflow_id": _workflow(api, workflow),
            "phone_id": api.find("/phones", PHONES.name, phone),
            "account_id": api.find("/accounts", "address", account) if account else None,
            "parameters": parameters(param or []),
        }
        RUNS.show(api, api.of_client("POST", "/runs", body=body), json_line=json_line)


@runs.command("continue")
def continue_run(
    which: WhichArgument,
    step: Annotated[int, typer.Option(help="The number of the step to go on from.", min=1)],
    task: Annotated[int, typer.Option(help="The number of the task in it.", min=1)] = 1,
    client: ClientOption = "",
    url: UrlOption = "",
    token: TokenOption = "",
    json_line: JsonOption = False,
) -> None:
    """Go on with a run that failed or was cancelled; what comes after is played anew."""
    with remote(url, token, client) as api:
        answer = api.of_client("PUT", RUNS.one(api, which) + "/continuation", body={"step": step, "task": task})
        RUNS.show(api, answer, json_line=json_line)


def _workflow(api: Remote, name: str) -> str:
    return api.find("/definitions", "name", name, query={"kind": "workflow"})
