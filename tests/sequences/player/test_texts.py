"""Texts of a play: drawn by seed and phone, resolved once, kept with the run, and their secrets opened to be typed."""

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from drover.language.memory import memory_providers
from drover.sequences.helpers import HelperContext
from drover.sequences.record import PhoneRecord
from drover.sequences.resolving import TextSource
from tests.sequences.player.bench import CART, COUPON, OPEN, PAY, Bench
from tests.sequences.player.shop import ShopPhone

COUPON_FIELD = [27, 150, 243, 200]
WISH = "{good|fine|quiet|long} {day|night} ${dynamic.random.number(1-1000)}"


def source(seed: int = 0, **values: Any) -> TextSource:
    providers, provider = memory_providers(values)
    return TextSource(providers, provider, seed)


def coupon(text: str) -> dict[str, Any]:
    return COUPON | {"text": text}


def shows(text: str) -> dict[str, Any]:
    return {"kind": "assert", "on": COUPON_FIELD, "text": text, "before": "shop.cart"}


def typed(phone: ShopPhone) -> str:
    return phone.texts["com.example.shop"]


def kept(folder: Path) -> str:
    with sqlite3.connect(folder / "journal.sqlite") as database:
        rows = database.execute("SELECT name, parts FROM texts").fetchall()
    database.close()
    return str(rows)


async def play(bench: Bench, *tasks: Mapping[str, Any], name: str = "a", **options: Any) -> tuple[str, PhoneRecord]:
    phone = ShopPhone(name)
    record = await bench.one(phone, OPEN, CART, *map(dict, tasks), **options)
    assert record.error == ""
    return typed(phone), record


async def test_the_same_play_gives_the_same_text(bench: Bench) -> None:
    first, _ = await play(bench, coupon(WISH), texts=source(3))
    again, _ = await play(bench, coupon(WISH), texts=source(3))
    assert first == again
    assert "{" not in first


async def test_another_seed_and_another_phone_draw_for_themselves(bench: Bench) -> None:
    texts = {(await play(bench, coupon(WISH), texts=source(seed), name=name))[0] for seed in (1, 2) for name in "ab"}
    assert len(texts) == 4


async def test_an_input_is_drawn_once_and_is_the_same_wherever_it_stands(bench: Bench) -> None:
    fields = {"params": {"wish": {"default": WISH + " ${dynamic.counter(n,1,1)}"}}}
    tasks = (coupon("${param.wish}"), shows("${param.wish}"))
    text, record = await play(bench, *tasks, fields=fields, texts=source())
    assert text.endswith(" 1")
    assert [task.parameters.get("text") for task in record.tasks[2:]] == [text, text]


async def test_what_is_given_for_an_input_is_a_text_too(bench: Bench) -> None:
    fields = {"params": {"wish": {"default": ""}}}
    text, _ = await play(
        bench,
        coupon("${param.wish}"),
        fields=fields,
        params={"wish": "${custom.wish} \\{a|b}"},
        texts=source(custom={"wish": "{x|y}"}),
    )
    assert text == "{x|y} {a|b}"


async def test_dates_are_those_of_the_plays_begin(bench: Bench) -> None:
    text, _ = await play(bench, coupon("${dynamic.date.format(YYYY-MM-DD)}"))
    assert text == f"{bench.clock.now().astimezone():%Y-%m-%d}"


async def test_a_play_that_goes_on_types_what_it_had_resolved(bench: Bench, tmp_path: Path) -> None:
    texts = source(counters={"n": 0})
    phone = ShopPhone("a", forgets_typing=True)
    flow = (OPEN, CART, coupon("Photo ${dynamic.counter(n,1,1)} ${custom.who}"), PAY)
    failed = await bench.one(
        phone,
        *flow,
        retries=1,
        texts=TextSource(
            {**texts.providers, **source(custom={"who": "x"}).providers, "dynamic": texts.providers["dynamic"]}
        ),
    )
    assert failed.tasks[-1].attempts == 2
    before = kept(tmp_path)
    phone.forgets_typing = False
    record = await bench.one(phone, *flow, resume=True, texts=source(custom={"who": "y"}, counters={"n": 50}))
    assert (record.error, record.attempt, typed(phone)) == ("", 2, "Photo 1 x")
    assert kept(tmp_path) == before


async def test_what_a_task_reads_is_filled_in_when_it_is_typed(bench: Bench) -> None:
    read = {"kind": "read", "on": [20, 20, 140, 50], "into": "count"}
    text, record = await play(
        bench, read, coupon("{seen|seen}: ${run.count}, ${custom.sign}"), texts=source(custom={"sign": "A."})
    )
    assert text == record.tasks[3].parameters["text"] == "seen: 0 paid, A."


async def test_a_sealed_password_is_typed_and_nowhere_else_to_be_seen(bench: Bench, tmp_path: Path) -> None:
    texts = source(account={"password": "hunter2"}, profile={"profile_password": "byron9"})
    text, record = await play(bench, coupon("${account.password}+${profile.profile_password}"), texts=texts)
    assert text == "hunter2+byron9"
    assert record.tasks[2].parameters["text"] == "***"
    everything = repr(record) + repr(bench.told) + kept(tmp_path)
    assert ("hunter2" in everything, "byron9" in everything) == (False, False)
    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("*.sqlite*"))
    assert b"hunter2" not in stored


async def test_a_secret_input_may_be_a_sealed_password_and_is_otherwise_taken_as_it_is(bench: Bench) -> None:
    fields = {"params": {"pin": {"secret": True}}}
    texts = source(account={"password": "hunter2"})
    for given, expected in (
        ("${account.password}", "hunter2"),
        ("{a|b} ${x", "{a|b} ${x"),
        ("${client.name}", "${client.name}"),
    ):
        text, record = await play(bench, coupon("${param.pin}"), fields=fields, params={"pin": given}, texts=texts)
        assert (text, record.tasks[2].parameters["text"]) == (expected, "***")


async def test_a_play_that_goes_on_opens_secrets_again(bench: Bench) -> None:
    phone = ShopPhone("a", forgets_typing=True)
    flow = (OPEN, CART, coupon("${account.password}"), PAY)
    failed = await bench.one(phone, *flow, retries=0, texts=source(account={"password": "hunter2"}))
    assert "hunter2" not in failed.error
    phone.forgets_typing = False
    record = await bench.one(phone, *flow, resume=True, texts=source(account={"password": "hunter2"}))
    assert (record.error, typed(phone)) == ("", "hunter2")


async def test_without_the_values_a_secret_cannot_be_opened_again(bench: Bench) -> None:
    phone = ShopPhone("a", forgets_typing=True)
    flow = (OPEN, CART, coupon("${account.password}"), PAY)
    await bench.one(phone, *flow, retries=0, texts=source(account={"password": "hunter2"}))
    record = await bench.one(phone, *flow, resume=True, texts=TextSource(source().providers))
    assert (record.error, record.hint) == (
        "the secret account.password is not given",
        "give it in a file, --values FILE",
    )


async def test_a_password_given_to_an_input_is_not_looked_for_on_the_screen(bench: Bench) -> None:
    fields = {"params": {"code": {}}}
    tasks = (OPEN, CART, coupon("${param.code}"), shows("${param.code}"))
    texts = source(account={"password": "hunter2"})
    record = await bench.one(
        ShopPhone("a"), *tasks, retries=0, fields=fields, params={"code": "${account.password}"}, texts=texts
    )
    assert record.error == "a password can only be typed"


async def test_a_missing_value_is_told_before_anything_is_touched(bench: Bench) -> None:
    phone = ShopPhone("a")
    record = await bench.one(phone, OPEN, CART, coupon("Hi ${custom.who}"), texts=source())
    assert record.error == (
        "step 3 “type into shop.cart.coupon”: column 4: ${custom.who} has no value: it is not among the values given"
    )
    assert (record.hint, record.tasks, phone.history) == ("give custom.who a value", (), [])


async def test_a_missing_value_of_an_input_names_the_input(bench: Bench) -> None:
    fields = {"params": {"who": {"default": "${custom.who}"}}}
    record = await bench.one(ShopPhone("a"), OPEN, CART, coupon("${param.who}"), fields=fields, texts=source())
    assert record.error.startswith("input who: column 1: ${custom.who} has no value")


async def test_drafts_are_typed_and_flagged_and_responses_wait_for_a_person(bench: Bench) -> None:
    drafts = {"caption": {"a day": "What a day!"}, "response": {"hello": "Hi."}}
    text, record = await play(bench, coupon("${ai.caption(a day)}"), texts=source(ai=drafts))
    assert text == "What a day!"
    assert record.tasks[2].parameters["generated"] == "caption by given: a day"
    refused = await bench.one(ShopPhone("b"), OPEN, CART, coupon("${ai.response(hello)}"), texts=source(ai=drafts))
    assert refused.error == "step 3 “type into shop.cart.coupon”: holds a response that nobody has approved"


async def test_conditions_places_and_arguments_have_the_same_language(bench: Bench) -> None:
    said: list[str] = []

    async def say(context: HelperContext, text: str) -> None:
        said.append(f"{context.phone}: {text}")

    values = source(custom={"button": "SAVE", "word": "SA"}, content={"hashtags": {"day": "#a #b"}})
    tasks = (
        coupon("${custom.button} 10"),
        {
            "kind": "tap",
            "on": {"text": "{${custom.word}VE|${custom.button}} 10"},
            "before": "shop.cart",
            "after": "shop.cart",
        },
        {"kind": "helper", "helper": "say", "arguments": {"text": "${content.hashtags.day} \\{x|y}"}},
        {
            "kind": "repeat",
            "times": 2,
            "when": {"text": "${custom.button} 10"},
            "tasks": [coupon("again ${custom.word}")],
        },
    )
    text, _ = await play(bench, *tasks, helpers={"say": say}, texts=values)
    assert (text, said) == ("again SA", ["a: #a #b {x|y}"])


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("a{b}c", "a{b}c"),
        ("C:\\temp", "C:\\temp"),
        ("\\{a|b}", "{a|b}"),
        ("\\${run.x}", "${run.x}"),
        ("1|2 $3", "1|2 $3"),
    ],
)
async def test_what_means_nothing_or_is_escaped_is_typed_as_it_is(written: str, expected: str, bench: Bench) -> None:
    text, _ = await play(bench, coupon(written))
    assert text == expected
