"""What texts are resolved with, composed: values that are given, the counters of this computer, drafts."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from drover.bootstrap.drafts import DraftProvider
from drover.bootstrap.previews import preview_text
from drover.bootstrap.texts import preview_source, provided_categories, text_source
from drover.bootstrap.values import GivenValues
from drover.kernel.clock import FakeClock
from drover.language.given import given_of
from drover.language.memory import MemoryProvider
from drover.language.ports import Absent, Context, Request
from drover.language.rendering import Draft, Position
from drover.language.sealed import Sealed
from drover.language.spintax import Seed
from drover.language.text import Counter, Generated, Reference, literal
from drover.platform.settings import Settings
from drover.sequences.counters import Counters
from drover.sequences.resolving import TextNotResolved
from tests.ai.fake_server import FakeAi

CLOCK = FakeClock()
HELLO = Request(Generated("caption", literal("hello")), Position((0,)), prompt="hello")


def given(**document: Any) -> GivenValues:
    return GivenValues(document, given_of(document).inventory)


def settings(folder: Path, **fields: Any) -> Settings:
    return Settings(data_dir=folder, **fields)


def context(run: str = "r") -> Context:
    return Context(run, "t", Seed(), CLOCK.now())


@pytest.mark.parametrize(
    ("values", "configured", "more"),
    [
        (None, {}, set()),
        (None, {"ai_api": "openai", "ai_model": "m", "ai_key": "k"}, {"ai"}),
        (given(custom={"x": "1"}), {}, {"custom", "client", "group", "filter"}),
        (given(ai={}, counters={}), {}, {"ai", "dynamic", "custom"}),
    ],
)
def test_a_play_knows_which_categories_have_values(
    tmp_path: Path, values: GivenValues | None, configured: Mapping[str, str], more: set[str]
) -> None:
    found = provided_categories(values, settings(tmp_path, **configured))
    assert more <= found
    assert not found & {"param", "run"}
    assert ("ai" in found) is ("ai" in more)


async def test_only_what_is_needed_is_opened(tmp_path: Path) -> None:
    async with text_source(None, settings(tmp_path), CLOCK, seed=1, needed={"param", "run"}) as source:
        assert (dict(source.providers), source.seed) == ({}, 1)
        with pytest.raises(TextNotResolved, match=r"the secret account\.password is not given"):
            source.opener.open(Sealed("account.password"))
    assert list(tmp_path.iterdir()) == []


async def test_counters_and_drafts_are_those_of_this_computer(tmp_path: Path) -> None:
    async with text_source(None, settings(tmp_path), CLOCK, seed=0, needed={"dynamic", "ai"}) as source:
        assert {name: type(each) for name, each in source.providers.items()} == {
            "dynamic": Counters,
            "ai": DraftProvider,
        }
    assert {path.name for path in tmp_path.iterdir()} == {"counters.sqlite", "ai.sqlite"}


async def test_a_file_of_values_goes_before_both_and_opens_its_secrets(tmp_path: Path) -> None:
    values = given(counters={"n": 5}, ai={}, account={"password": "hunter2"})
    async with text_source(values, settings(tmp_path), CLOCK, seed=0, needed={"dynamic", "ai", "account"}) as source:
        assert {type(source.providers[name]) for name in ("dynamic", "ai", "account")} == {MemoryProvider}
        asked = [Request(Reference("account", "password"), Position((0,)))]
        (sealed,) = await source.providers["account"].fetch(context(), asked)
        assert isinstance(sealed, Sealed)
        assert (str(sealed), source.opener.open(sealed)) == ("***", "hunter2")
    assert list(tmp_path.iterdir()) == []


async def previewed(folder: Path, text: str, *, ask_ai: bool = False, **configured: Any) -> str:
    shown = await preview_text(text, None, settings(folder, **configured), CLOCK, Seed(), ask_ai=ask_ai)
    return str(shown)


async def test_previews_show_counters_where_they_stand_and_leave_them(tmp_path: Path) -> None:
    text = "${dynamic.counter(n,1,1)} ${dynamic.counter(n,1,1)}"
    assert await previewed(tmp_path, text) == "1 2"
    async with Counters(tmp_path / "counters.sqlite") as counters:
        assert await counters.reserve(context(), [Request(Counter("n", 1, 1), Position((9,)))]) == ["1"]
    assert [await previewed(tmp_path, text) for _ in range(2)] == ["2 3", "2 3"]


async def test_drafts_that_nobody_asks_for_say_what_they_would_be_asked(tmp_path: Path) -> None:
    async with preview_source(None, settings(tmp_path), CLOCK, seed=0, needed={"ai"}, ask_ai=False) as source:
        unasked = source.providers["ai"]
        assert await unasked.fetch(context(), [HELLO]) == [Draft("[caption: hello]", "caption", "hello", "")]
        other = Request(Reference("ai", "x"), Position((0,)))
        assert await unasked.reserve(context(), [other]) == [Absent("it is no draft")]
    assert list(tmp_path.iterdir()) == []


async def test_drafts_that_are_asked_for_are_asked_for_once(tmp_path: Path) -> None:
    async with FakeAi() as server:
        configured = {"ai_api": "openai", "ai_url": server.url, "ai_model": "fake", "ai_networks": "127.0.0.1"}
        text = "{a|b} ${ai.caption(hello)}"
        first, again = [await previewed(tmp_path, text, ask_ai=True, **configured) for _ in range(2)]
        assert first == again
        assert first.endswith(" Draft 1: hello")
        assert server.prompts == ["hello"]
        assert await previewed(tmp_path, "${ai.caption(else)}", ask_ai=True, **configured) == "Draft 2: else"
