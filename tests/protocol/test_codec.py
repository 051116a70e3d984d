"""What is said is understood; whatever else comes in is refused with the field that is wrong."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from drover.platform.bus.errors import MOST_BYTES
from drover.protocol.codec import VERSION, decode, encode, snake
from drover.protocol.errors import BadMessage, UnknownVersion
from drover.protocol.fields import MOST_LINE, Said, line, name
from drover.protocol.messages import (
    Accepted,
    AgentState,
    PhoneSeen,
    PlayEvent,
    PlayOrder,
    PlayResumed,
    Refused,
    StopOrder,
)
from tests.protocol.saying import EVENTS, MESSAGES, NOW, ORDERS

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text(max_size=10), each, max_size=3),
    max_leaves=10,
)
D = "0" * 64


def order(**changed: Any) -> dict[str, Any]:
    document = {
        "v": 1,
        "m": "play_order",
        "sequence_run": "s1",
        "run": "r1",
        "client": "c1",
        "phone": "sim0001",
        "phone_name": "phone1",
        "token": 7,
        "lease_remaining_s": 600.0,
        "issued_at": "2026-11-21T19:00:00Z",
        "sequence": D,
        "screens": D,
    }
    return document | changed


def written(document: object) -> bytes:
    return json.dumps(document).encode()


@given(MESSAGES)
def test_what_is_said_is_understood(message: Said) -> None:
    assert decode(encode(message), type(message)) == message


@given(MESSAGES)
def test_a_message_says_its_version_and_its_name(message: Said) -> None:
    document = json.loads(encode(message))
    assert (document["v"], document["m"]) == (VERSION, snake(type(message).__name__))


@given(st.binary(max_size=100))
def test_noise_is_refused(payload: bytes) -> None:
    with pytest.raises((BadMessage, UnknownVersion)):
        decode(payload, PlayOrder, PlayEvent)


@settings(max_examples=200)
@given(st.data(), ORDERS | EVENTS)
def test_a_message_with_anything_in_one_field_is_understood_or_refused(data: st.DataObject, message: Said) -> None:
    document = json.loads(encode(message))
    document[data.draw(st.sampled_from(sorted(document)))] = data.draw(JSON)
    with suppress(BadMessage, UnknownVersion):
        decode(written(document), PlayOrder, PlayEvent)


@given(st.data(), ORDERS)
def test_a_message_cut_off_anywhere_is_refused(data: st.DataObject, message: PlayOrder) -> None:
    payload = encode(message)
    with pytest.raises(BadMessage):
        decode(payload[: data.draw(st.integers(0, len(payload) - 1))], PlayOrder)


@pytest.mark.parametrize(
    "field",
    [each for each in order() if each not in ("v", "m")],
)
def test_a_missing_field_is_named(field: str) -> None:
    document = order()
    del document[field]
    with pytest.raises(BadMessage) as refused:
        decode(written(document), PlayOrder)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("token", "7"),
        ("token", -1),
        ("token", 1.5),
        ("token", True),
        ("token", 10**30),
        ("lease_remaining_s", -1),
        ("lease_remaining_s", "600"),
        ("issued_at", "2026-11-21T19:00:00"),
        ("issued_at", "yesterday"),
        ("issued_at", "0001-01-01T00:00:00+14:00"),
        ("sequence", "a" * 63),
        ("sequence", "A" * 64),
        ("phone", ""),
        ("phone", "x" * 129),
        ("sequence_run", "../up"),
        ("parameters", {"text": 5}),
        ("parameters", {"text": "x" * (MOST_LINE + 1)}),
        ("attempt", 0),
        ("from_step", 0),
        ("seed", 2**63),
    ],
)
def test_a_value_that_does_not_fit_its_field_is_refused_with_its_name(field: str, value: object) -> None:
    with pytest.raises(BadMessage) as refused:
        decode(written(order(**{field: value})), PlayOrder)
    assert refused.value.field.split(".")[0] == field


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
def test_a_lease_without_end_is_refused(number: str) -> None:
    payload = written(order()).replace(b"600.0", number.encode())
    with pytest.raises(BadMessage):
        decode(payload, PlayOrder)


@pytest.mark.parametrize("version", [0, 2, 99, -1])
def test_an_unknown_version_is_refused(version: int) -> None:
    with pytest.raises(UnknownVersion) as refused:
        decode(written(order(v=version)), PlayOrder)
    assert refused.value.version == version


@pytest.mark.parametrize("version", [None, "1", 1.0, True, [1]])
def test_what_is_no_version_is_refused(version: object) -> None:
    with pytest.raises(BadMessage) as refused:
        decode(written(order(v=version)), PlayOrder)
    assert refused.value.field == "v"


@pytest.mark.parametrize(
    "payload", [b"", b"[]", b"1", b"null", b"[" * 100_000, b'{"v":1,"m":"play_order"} {}', b"\xff"]
)
def test_what_is_no_object_is_refused(payload: bytes) -> None:
    with pytest.raises(BadMessage):
        decode(payload, PlayOrder)


def test_another_message_than_the_one_waited_for_is_refused() -> None:
    with pytest.raises(BadMessage, match="accepted or refused"):
        decode(encode(StopOrder(scope="all", issued_at=NOW, reason="drill")), Accepted, Refused)


def test_one_of_several_messages_is_understood() -> None:
    refused = Refused(sequence_run="s1", code="halted", message="halted")
    assert decode(encode(refused), Accepted, Refused) == refused


def test_a_field_of_a_later_make_is_passed_over() -> None:
    assert decode(written(order(colour="blue")), PlayOrder).token == 7


def test_an_order_cannot_both_go_on_and_begin_at_a_step() -> None:
    with pytest.raises(BadMessage, match="exclude each other"):
        decode(written(order(resume=True, from_step=2)), PlayOrder)


@pytest.mark.parametrize("stop", [{"scope": "all", "id": "c1"}, {"scope": "client"}, {"scope": "phone", "id": "p1"}])
def test_a_stop_order_names_what_its_scope_needs(stop: dict[str, str]) -> None:
    document = {"v": 1, "m": "stop_order", "issued_at": "2026-11-21T19:00:00Z", "reason": "drill", **stop}
    with pytest.raises(BadMessage):
        decode(written(document), StopOrder)


def test_a_time_of_another_zone_is_the_same_in_utc() -> None:
    understood = decode(written(order(issued_at="2026-11-21T20:00:00+01:00")), PlayOrder)
    assert understood.issued_at.isoformat() == "2026-11-21T19:00:00+00:00"


def test_an_event_of_an_unknown_kind_is_refused() -> None:
    event = PlayEvent(sequence_run="s", run="r", client="c", phone="p", token=1, number=1, at=NOW, body=PlayResumed())
    payload = encode(event).replace(b'"resumed"', b'"exploded"')
    with pytest.raises(BadMessage) as refused:
        decode(payload, PlayEvent)
    assert refused.value.field == "body"


def test_the_state_of_sixty_phones_fits_a_message() -> None:
    phones = tuple(
        PhoneSeen(serial=f"{number:032}", state="quarantined", reason="x" * 200, model="M" * 40) for number in range(60)
    )
    assert len(encode(AgentState(agent="host", boot="b", phones=phones, plays=("s" * 32,) * 60))) < MOST_BYTES


def test_half_a_character_can_not_be_said() -> None:
    with pytest.raises(ValidationError):
        Refused(sequence_run="s1", code="x", message="\ud800")


@given(st.text(max_size=50), st.integers(1, 20))
def test_any_text_is_made_to_fit_a_message(text: str, most: int) -> None:
    made = line(text, most)
    assert len(made) <= most
    assert Refused(sequence_run="s1", code=name(made), message=made)


@pytest.mark.parametrize(
    ("given_name", "expected"),
    [("LeaseLost", "lease_lost"), ("Halted", "halted"), ("HTTPFailed", "http_failed"), ("Phone2Gone", "phone2_gone")],
)
def test_names_of_classes_become_codes(given_name: str, expected: str) -> None:
    assert snake(given_name) == expected
