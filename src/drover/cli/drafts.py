"""`drover drafts`: what an AI wrote on this computer, and what a person says to it."""

import asyncio
import getpass
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Final, TypeVar

import typer

from drover.ai.drafts import Draft, DraftStore
from drover.ai.errors import DraftMissing
from drover.ai.files import ai_file
from drover.bootstrap.drafts import LOCAL_ORGANIZATION
from drover.cli.asking import group
from drover.cli.remote import JsonOption, show
from drover.kernel.clock import SystemClock
from drover.kernel.errors import InvalidInput
from drover.platform.settings import load_settings

T = TypeVar("T")

_SHOWN: Final = ("id", "kind", "status", "text", "run", "at")
_ENOUGH: Final = 60
"""How many characters of a text a list shows."""

DraftArgument = Annotated[str, typer.Argument(help="Its id, or the first letters of it.", metavar="ID")]
ByOption = Annotated[str, typer.Option("--by", help="Who says so; else who is logged in at this computer.")]

app = group("drafts", "Texts that an AI wrote: see them, approve them, reject them.")


@app.command("list")
def list_drafts(
    every: Annotated[bool, typer.Option("--all", help="Also those that need no approval, or have it.")] = False,
    run: Annotated[str, typer.Option(help="All those of a run.")] = "",
    as_json: JsonOption = False,
) -> None:
    """List the drafts that wait for a person's approval, the oldest first."""

    async def find(store: DraftStore) -> Sequence[Draft]:
        if run:
            return await store.of_run(LOCAL_ORGANIZATION, run)
        return await (store.every(LOCAL_ORGANIZATION) if every else store.waiting(LOCAL_ORGANIZATION))

    found = [_document(draft) for draft in _with_store(find, ())]
    if not as_json:
        found = [document | {"text": _short(str(document["text"]))} for document in found]
    show({"items": found}, _SHOWN, json_line=as_json)


@app.command("show")
def show_draft(which: DraftArgument, as_json: JsonOption = False) -> None:
    """Show a draft with what was asked, and who approved it."""
    document = _document(_with_store(lambda store: store.named(LOCAL_ORGANIZATION, which), _missing(which)))
    if as_json:
        show(document, (), json_line=True)
        return
    for name, value in document.items():
        typer.echo(f"{name.replace('_', ' ')}: {value or ''}")


@app.command("approve")
def approve(which: DraftArgument, by: ByOption = "", as_json: JsonOption = False) -> None:
    """Approve a draft: what waited for it sends it when it goes on. Who approved it first stays."""
    who = _person(by)

    async def decide(store: DraftStore) -> Draft:
        draft = await store.named(LOCAL_ORGANIZATION, which)
        return await store.approve(draft.place, who)

    show(_document(_with_store(decide, _missing(which))), _SHOWN, json_line=as_json)


@app.command("reject")
def reject(
    which: DraftArgument,
    reason: Annotated[str, typer.Option(help="Why; it is kept with the draft.")] = "",
    by: ByOption = "",
    as_json: JsonOption = False,
) -> None:
    """Reject a draft: it is never sent, and another one is asked for where it was needed."""
    who = _person(by)

    async def decide(store: DraftStore) -> Draft:
        draft = await store.named(LOCAL_ORGANIZATION, which)
        return await store.reject(draft.place, who, reason)

    show(_document(_with_store(decide, _missing(which))) | {"status": "rejected"}, _SHOWN, json_line=as_json)


def _with_store(work: Callable[[DraftStore], Awaitable[T]], nothing: T | Exception) -> T:
    """Do `work` on the file of drafts; where there is none yet, nothing is written: there are no drafts."""
    folder = load_settings().data_dir
    file = ai_file(folder)

    async def opened() -> T:
        async with file as database:
            return await work(DraftStore(database, SystemClock()))

    if file.path.exists():
        return asyncio.run(opened())
    if isinstance(nothing, Exception):
        raise nothing
    return nothing


def _missing(which: str) -> DraftMissing:
    return DraftMissing(f"there is no draft {which}", hint="none was asked for on this computer yet")


def _person(by: str) -> str:
    try:
        return by.strip() or getpass.getuser()
    except (OSError, KeyError) as error:
        raise InvalidInput("--by: nobody is logged in by name here", hint="say who approves it") from error


def _document(draft: Draft) -> dict[str, object]:
    return {
        "id": draft.id,
        "kind": draft.kind,
        "status": "waiting" if draft.needs_approval else "approved" if draft.approved_by else "needs no approval",
        "text": draft.text,
        "prompt": draft.prompt,
        "model": draft.model,
        "run": draft.place.run,
        "at": draft.at.isoformat(),
        "approved_by": draft.approved_by or None,
        "approved_at": draft.approved_at.isoformat() if draft.approved_at is not None else None,
    }


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _ENOUGH else f"{line[: _ENOUGH - 1]}…"
