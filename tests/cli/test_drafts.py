"""`drover drafts`: what waits for a person, and what becomes of it."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from drover.ai.drafts import Draft, DraftStore, Place
from drover.ai.files import ai_file
from drover.bootstrap.drafts import LOCAL_ORGANIZATION
from drover.kernel.clock import FakeClock
from tests.cli.typed import Prompt


@pytest.fixture
def prompt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Prompt:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DROVER_DATA_DIR", str(tmp_path / "data"))
    return Prompt(tmp_path, capsys)


def stored(prompt: Prompt, work: Callable[[DraftStore], Awaitable[Any]]) -> Any:
    async def opened() -> Any:
        async with ai_file(prompt.folder / "data") as database:
            return await work(DraftStore(database, FakeClock()))

    return asyncio.run(opened())


def kept(prompt: Prompt, kind: str, text: str, run: str = "run-1") -> Draft:
    place = Place(LOCAL_ORGANIZATION, run, text, "0")
    return stored(prompt, lambda store: store.keep(place, kind=kind, text=text, prompt="they wrote hi", model="fake"))


def test_what_waits_is_listed_and_the_rest_where_all_is_asked_for(prompt: Prompt) -> None:
    reply, caption = kept(prompt, "response", "Thanks!\n" + "x" * 100), kept(prompt, "caption", "A sunny day", "run-2")
    (waiting,) = prompt("drafts", "list", "--json").json["items"]
    assert (waiting["id"], waiting["status"], waiting["approved_by"]) == (reply.id, "waiting", None)
    assert (waiting["text"], waiting["prompt"]) == (reply.text, "they wrote hi")
    table = prompt("drafts", "list", "--all").out
    assert (reply.id in table, caption.id in table, "needs no approval" in table) == (True, True, True)
    assert "Thanks! xxx" in table
    assert [one["id"] for one in prompt("drafts", "list", "--run", "run-2", "--json").json["items"]] == [caption.id]


def test_a_draft_is_shown_and_approved_by_the_first_letters_of_its_id(prompt: Prompt) -> None:
    reply = kept(prompt, "response", "Thanks!")
    shown = prompt("drafts", "show", reply.id[:6])
    assert (shown.code, "prompt: they wrote hi" in shown.out, "status: waiting" in shown.out) == (0, True, True)
    approved = prompt("drafts", "approve", reply.id[:6].upper(), "--by", "Ada", "--json").json
    assert (approved["status"], approved["approved_by"]) == ("approved", "Ada")
    assert prompt("drafts", "approve", reply.id, "--by", "Bob", "--json").json["approved_by"] == "Ada"
    assert prompt("drafts", "list").err == "none\n"


def test_a_rejected_draft_makes_room_for_another(prompt: Prompt) -> None:
    reply = kept(prompt, "response", "Whatever.")
    rejected = prompt("drafts", "reject", reply.id, "--reason", "rude", "--by", "Ada", "--json").json
    assert (rejected["id"], rejected["status"]) == (reply.id, "rejected")
    assert prompt("drafts", "list", "--all", "--json").json["items"] == []
    kept(prompt, "response", "Whatever.")
    assert [one["id"] for one in prompt("drafts", "list", "--json").json["items"]] == [reply.id]


@pytest.mark.parametrize("act", ["show", "approve", "reject"])
def test_a_draft_that_is_not_there_is_told(prompt: Prompt, act: str) -> None:
    before = prompt("drafts", act, "3f2a")
    assert (before.code, before.err) == (
        9,
        "drover: there is no draft 3f2a\n  none was asked for on this computer yet\n",
    )
    assert not (prompt.folder / "data").exists()
    kept(prompt, "response", "Thanks!")
    after = prompt("drafts", act, "zz")
    assert (after.code, after.err.splitlines()[0]) == (9, "drover: there is no draft zz")


def test_letters_that_fit_several_drafts_are_told(prompt: Prompt) -> None:
    ids = [kept(prompt, "response", text).id for text in ("one", "two")]
    told = prompt("drafts", "approve", "")
    assert (told.code, told.err.splitlines()[0]) == (2, "drover: '' fits 2 drafts")
    assert set(ids) <= set(told.err.replace(",", "").split())
    assert prompt("drafts", "list", "--json").json["items"][0]["status"] == "waiting"


def test_without_any_drafts_none_are_listed_and_nothing_is_written(prompt: Prompt) -> None:
    assert (prompt("drafts", "list").err, prompt("drafts", "list", "--json").json) == ("none\n", {"items": []})
    assert not (prompt.folder / "data").exists()
