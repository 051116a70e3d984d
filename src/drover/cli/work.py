"""`drover schedule`, `definitions`: of what a running `drover up` makes runs, and when."""

from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import quote

import typer

from drover.cli.asking import Things, WhichArgument, acts, group, lists, shows
from drover.cli.definition_files import Source, exported, screens_source, sequence_source
from drover.cli.remote import (
    AfterOption,
    ClientOption,
    Json,
    JsonOption,
    LimitOption,
    TokenOption,
    UrlOption,
    remote,
    show,
)
from drover.platform.documents import read_json
from drover.workflows.domain.definitions import ARCHIVE

SCHEDULES: Final = Things(
    "/schedules",
    ("document.name", "status", "document.workflow", "document.target", "next_at", "taken", "id"),
    name="document.name",
)
STARTS: Final = ("due_at", "expected_at", "phone", "account", "schedule", "workflow", "why")
DEFINITIONS: Final = ("kind", "name", "version", "status", "created_at")
VERSIONS: Final = ("version", "at", "by", "note", "digest")

Kind = Literal["sequence", "workflow", "screens"]
KindArgument = Annotated[Kind, typer.Argument(help="sequence, workflow or screens.")]
NameArgument = Annotated[str, typer.Argument(help="The definition's name.")]
FileArgument = Annotated[Path, typer.Argument(help="A JSON document.", metavar="FILE")]

schedule = group("schedule", "Schedules of a running `drover up`.")
lists(schedule, "list", SCHEDULES, "List the schedules.")
shows(schedule, "show", SCHEDULES, "Show a schedule.")
acts(schedule, "pause", SCHEDULES, "Let nothing come of a schedule until it is resumed.", below="/pause")
acts(schedule, "resume", SCHEDULES, "Let a paused schedule go on.", below="/resume")
acts(schedule, "cancel", SCHEDULES, "Let nothing come of a schedule any more.", below="/cancel")
acts(schedule, "run-now", SCHEDULES, "Run a schedule once more, now.", below="/run-now")

definitions = group("definitions", "Sequences, workflows and screens that a running `drover up` knows.")


@schedule.command("create")
def create_schedule(
    file: FileArgument,
    client: ClientOption = "",
    url: UrlOption = "",
    token: TokenOption = "",
    json_line: JsonOption = False,
) -> None:
    """Make a schedule of a document."""
    with remote(url, token, client) as api:
        answer = api.of_client("POST", "/schedules", body={"document": read_json(file)})
        show(answer, SCHEDULES.columns, json_line=json_line)


@schedule.command("edit")
def edit_schedule(
    which: WhichArgument,
    file: FileArgument,
    client: ClientOption = "",
    url: UrlOption = "",
    token: TokenOption = "",
    json_line: JsonOption = False,
) -> None:
    """Give a schedule another document; refused where it was changed meanwhile."""
    with remote(url, token, client) as api:
        path = SCHEDULES.one(api, which)
        revision = api.of_client("GET", path)["revision"]
        answer = api.of_client("PUT", path, body={"document": read_json(file), "revision": revision})
        show(answer, SCHEDULES.columns, json_line=json_line)


@schedule.command("explain")
def explain(
    hours: Annotated[int, typer.Option(help="How far to look ahead.", min=1)] = 24,
    client: ClientOption = "",
    url: UrlOption = "",
    token: TokenOption = "",
    json_line: JsonOption = False,
) -> None:
    """Tell what comes in the next hours, when, on which phone and why; what waits, and what does not come."""
    with remote(url, token, client) as api:
        told = api.of_client("GET", "/schedules/explain", query={"hours": hours})
    if json_line:
        show(told, (), json_line=True)
        return
    show(told["starts"], STARTS, json_line=False)
    for line in _remarks(told):
        typer.echo(line)


def _remarks(told: Json) -> list[str]:
    waits = [
        f"{one['phone']}: {one['schedule']} waits for {one['waits_for']}: {one['why']}" for one in told["conflicts"]
    ]
    silent = [f"{one['name']}: nothing comes: {one['why']}" for one in told["silent"]]
    left = [
        f"{name}: without {one['name']}: {one['why']}" for name, missed in told["left_out"].items() for one in missed
    ]
    return [*waits, *silent, *left]


@definitions.command("list")
def list_definitions(
    kind: Annotated[Kind | None, typer.Option(help="Only those of a kind.")] = None,
    limit: LimitOption = 50,
    after: AfterOption = "",
    client: ClientOption = "",
    url: UrlOption = "",
    token: TokenOption = "",
    json_line: JsonOption = False,
) -> None:
    """List the definitions."""
    with remote(url, token, client) as api:
        query = {"kind": kind, "limit": limit, "after": after}
        show(api.of_client("GET", "/definitions", query=query), DEFINITIONS, json_line=json_line)


@definitions.command("show")
def show_definition(
    kind: KindArgument,
    name: NameArgument,
    version: Annotated[int | None, typer.Option(help="Another version than the one in use.")] = None,
    client: ClientOption = "",
    url: UrlOption = "",
    token: TokenOption = "",
) -> None:
    """Print a definition's document, as JSON."""
    with remote(url, token, client) as api:
        answer = api.of_client("GET", _path(kind, name), query={"version": version})
        show(answer["body"], (), json_line=True)


@definitions.command("put")
def put_definition(
    kind: KindArgument,
    file: FileArgument,
    name: Annotated[str, typer.Option(help="Its name; else the one in the document.")] = "",
    note: Annotated[str, typer.Option(help="What is new about it.")] = "",
    client: ClientOption = "",
    url: UrlOption = "",
    token: TokenOption = "",
    json_line: JsonOption = False,
) -> None:
    """Keep a document as a definition: a new version where it differs from the one in use.

    What a sequence pushes goes with it. Of screens, give the registry's folder.
    """
    source = _source(kind, file)
    called, body = name or source.name, source.body
    with remote(url, token, client) as api:
        for content in source.contents():
            api.upload(content)
        answer = api.of_client("PUT", _path(kind, called), body={"body": body, "note": note})
        show(answer, DEFINITIONS, json_line=json_line)


@definitions.command("export")
def export_definition(
    kind: KindArgument,
    name: NameArgument,
    folder: Annotated[Path, typer.Argument(help="Where to; it is made.", metavar="DIR")],
    version: Annotated[int | None, typer.Option(help="Another version than the one in use.")] = None,
    client: ClientOption = "",
    url: UrlOption = "",
    token: TokenOption = "",
) -> None:
    """Write a definition into a folder, with the files beside it that it names."""
    with remote(url, token, client) as api:
        at = _path(kind, name)
        body: Json = api.of_client("GET", at, query={"version": version})["body"]
        names = [ARCHIVE] if kind == "screens" else sorted(body.get("files") or {})
        files = {each: api.download(f"{at}/files/{quote(each)}", query={"version": version}) for each in names}
    for path in exported(kind, name, body, files, folder):
        typer.echo(path)


@definitions.command("versions")
def versions(
    kind: KindArgument,
    name: NameArgument,
    client: ClientOption = "",
    url: UrlOption = "",
    token: TokenOption = "",
    json_line: JsonOption = False,
) -> None:
    """List a definition's versions, the newest first."""
    with remote(url, token, client) as api:
        show(api.of_client("GET", _path(kind, name) + "/versions"), VERSIONS, json_line=json_line)


@definitions.command("diff")
def diff(
    kind: KindArgument,
    name: NameArgument,
    old: Annotated[int, typer.Argument(help="A version.")],
    new: Annotated[int, typer.Argument(help="Another.")],
    client: ClientOption = "",
    url: UrlOption = "",
    token: TokenOption = "",
    json_line: JsonOption = False,
) -> None:
    """Show how one version of a definition differs from another."""
    with remote(url, token, client) as api:
        answer = api.of_client("GET", _path(kind, name) + "/diff", query={"old": old, "new": new})
    if json_line:
        show(answer, (), json_line=True)
    else:
        typer.echo(answer["diff"], nl=False)


@definitions.command("restore")
def restore(
    kind: KindArgument,
    name: NameArgument,
    version: Annotated[int, typer.Argument(help="The version that is to come back.")],
    client: ClientOption = "",
    url: UrlOption = "",
    token: TokenOption = "",
    json_line: JsonOption = False,
) -> None:
    """Bring an old version back, as a new one."""
    with remote(url, token, client) as api:
        answer = api.of_client("POST", _path(kind, name) + "/restore", body={"version": version})
        show(answer, DEFINITIONS, json_line=json_line)


@definitions.command("retire")
def retire(
    kind: KindArgument,
    name: NameArgument,
    client: ClientOption = "",
    url: UrlOption = "",
    token: TokenOption = "",
    json_line: JsonOption = False,
) -> None:
    """Offer a definition no more; what names it goes on."""
    with remote(url, token, client) as api:
        show(api.of_client("DELETE", _path(kind, name)), DEFINITIONS, json_line=json_line)


def _path(kind: str, name: str) -> str:
    return f"/definitions/{kind}/{quote(name, safe='')}"


def _source(kind: str, file: Path) -> Source:
    match kind:
        case "sequence":
            return sequence_source(file)
        case "screens" if file.is_dir():
            return screens_source(file)
        case _:
            body: Json = read_json(file)
            return Source(str(body.get("name") or file.stem) if isinstance(body, dict) else file.stem, body)
