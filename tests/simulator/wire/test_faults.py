import asyncio
import itertools

import pytest

from drover.kernel.clock import FakeClock
from drover.kernel.errors import InvalidInput
from drover.simulator.faults import FAULTS, FaultUnknown, NoSuchFault, parse_fault
from drover.simulator.handset import Gesture
from drover.simulator.page_names import PageUnknown
from drover.simulator.phone import SimulatedPhone
from drover.simulator.pictures import Pictures
from tests.simulator.wire.blank_handset import NOTES, BlankHandset
from tests.simulator.wire.conftest import make_phone, until
from tests.simulator.wire.wire_client import wire_client

TAP = Gesture(1, 1, 1, 1, 0.0)


def give(phone: SimulatedPhone, text: str) -> None:
    phone.faults.give(parse_fault(text))


def states(phone: SimulatedPhone) -> list[object]:
    return [fault["state"] for fault in phone.faults.describe()]


async def test_a_popup_appears_once(phone: SimulatedPhone, handset: BlankHandset) -> None:
    give(phone, '{"fault": "popup", "name": "update"}')
    assert handset.shown_popup == "update"
    assert states(phone) == ["done"]


async def test_a_popup_that_the_phone_does_not_know_is_refused(phone: SimulatedPhone) -> None:
    with pytest.raises(InvalidInput, match="popup 'clippy' is not known"):
        give(phone, '{"fault": "popup", "name": "clippy"}')
    assert states(phone) == []


async def test_the_next_touches_are_lost(phone: SimulatedPhone, handset: BlankHandset) -> None:
    give(phone, '{"fault": "lost_touch", "count": 2}')
    for _ in range(3):
        await phone.touch(TAP)
    assert len(handset.gestures) == 1
    assert phone.counters.gestures == 3


async def test_touches_are_lost_with_a_probability_that_a_seed_repeats(
    fake_clock: FakeClock, pictures: Pictures
) -> None:
    lost: list[int] = []
    for _ in range(2):
        phone = make_phone(fake_clock, "none", pictures)
        give(phone, '{"fault": "lost_touch", "probability": 0.5}')
        for _ in range(100):
            await phone.touch(TAP)
        assert isinstance(phone.handset, BlankHandset)
        lost.append(len(phone.handset.gestures))
    assert lost[0] == lost[1]
    assert 25 < lost[0] < 75


async def test_a_frozen_display_shows_the_past_while_the_app_goes_on(
    phone: SimulatedPhone, handset: BlankHandset
) -> None:
    give(phone, '{"fault": "frozen"}')
    await phone.touch(TAP)
    assert (await phone.capture(png=False))[0] == 0
    assert len(handset.gestures) == 1
    phone.faults.clear("frozen")
    assert (await phone.capture(png=False))[0] == 1


async def test_a_display_that_freezes_on_a_page_never_shows_it_however_late_it_is_looked_at(
    phone: SimulatedPhone, handset: BlankHandset
) -> None:
    give(phone, '{"fault": "frozen", "on_page": "notes"}')
    before = await phone.capture(png=False)
    await phone.start_app(NOTES)
    handset.gestures.append(TAP)  # which paints the page otherwise
    assert await phone.capture(png=False) == before
    phone.faults.clear("frozen")
    assert await phone.capture(png=False) != before


async def test_dim_cover_and_misdirect_last_until_cleared(phone: SimulatedPhone, handset: BlankHandset) -> None:
    give(phone, '{"fault": "dim", "strength": 0.4}')
    give(phone, '{"fault": "cover", "rect": [1, 2, 30, 40]}')
    give(phone, '{"fault": "misdirect"}')
    assert (handset.dimmed, handset.covered, handset.misdirected) == (0.4, (1, 2, 30, 40), True)
    phone.faults.clear_all()
    assert (handset.dimmed, handset.covered, handset.misdirected) == (0.0, None, False)
    assert states(phone) == []


async def test_a_crash_brings_the_launcher(phone: SimulatedPhone, handset: BlankHandset) -> None:
    await phone.start_app(NOTES)
    give(phone, '{"fault": "crash"}')
    assert handset.page(0) == "launcher"


@pytest.mark.parametrize("png", [False, True])
async def test_captures_answer_garbage(phone: SimulatedPhone, png: bool) -> None:  # noqa: FBT001
    give(phone, '{"fault": "garbage"}')
    first, second = await phone.capture(png=png), await phone.capture(png=png)
    assert len(first) == 4096
    assert first != second
    phone.faults.clear("garbage")
    assert len(await phone.capture(png=False)) == 90 * 200 * 4


async def test_a_fault_waits_for_its_page(phone: SimulatedPhone, handset: BlankHandset) -> None:
    give(phone, '{"fault": "dim", "strength": 1, "on_page": "notes"}')
    await phone.capture(png=False)
    assert (states(phone), handset.dimmed) == (["armed"], 0.0)
    await phone.start_app(NOTES)
    assert states(phone) == ["armed"]
    await phone.touch(TAP)
    assert (states(phone), handset.dimmed) == (["active"], 1.0)


async def test_a_page_that_no_app_has_is_refused_and_the_fault_of_that_kind_stays(phone: SimulatedPhone) -> None:
    give(phone, '{"fault": "dim", "on_page": "notes"}')
    with pytest.raises(PageUnknown, match="page 'ntoes' is on none of the phone's apps") as refused:
        give(phone, '{"fault": "dim", "on_page": "ntoes"}')
    assert refused.value.hint == "did you mean notes?"
    assert [fault["on_page"] for fault in phone.faults.describe()] == ["notes"]


async def test_a_cleared_fault_does_not_come_when_its_page_does(phone: SimulatedPhone, handset: BlankHandset) -> None:
    give(phone, '{"fault": "crash", "on_page": "notes"}')
    phone.faults.clear("crash")
    await phone.start_app(NOTES)
    await phone.capture(png=False)
    assert handset.page(0) == "notes"


async def test_a_second_fault_of_a_kind_takes_the_place_of_the_first(
    phone: SimulatedPhone, handset: BlankHandset
) -> None:
    give(phone, '{"fault": "dim", "strength": 0.3}')
    give(phone, '{"fault": "dim", "strength": 0.6}')
    assert handset.dimmed == 0.6
    assert len(phone.faults.describe()) == 1


async def test_a_cut_line_refuses_connections_and_keeps_its_port(phone: SimulatedPhone) -> None:
    async with wire_client(phone.line.port) as client:
        await client.greet()
        give(phone, '{"fault": "disconnect"}')
        assert await client.is_closed_by_phone()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", phone.line.port)
    phone.faults.clear("disconnect")
    async with wire_client(phone.line.port) as client:
        await client.greet()
        assert await client.call("exec:echo back") == b"back\n"


async def test_a_line_cut_for_seconds_comes_back_by_itself(phone: SimulatedPhone) -> None:
    give(phone, '{"fault": "disconnect", "seconds": 0.05}')
    await until(lambda: states(phone) == ["done"])
    async with wire_client(phone.line.port) as client:
        await client.greet()


async def test_a_touch_on_the_page_that_cuts_the_line_does_not_happen(
    phone: SimulatedPhone, handset: BlankHandset
) -> None:
    give(phone, '{"fault": "disconnect", "on_page": "launcher"}')
    async with wire_client(phone.line.port) as client:
        await client.greet()
        with pytest.raises((EOFError, ConnectionError)):
            await client.call("exec:input tap 1 1")
    assert states(phone) == ["active"]
    assert handset.gestures == []


async def test_a_hanging_phone_takes_everything_and_answers_when_cleared(
    phone: SimulatedPhone, handset: BlankHandset
) -> None:
    async with wire_client(phone.line.port) as client, wire_client(phone.line.port) as late:
        await client.greet()
        give(phone, '{"fault": "hang"}')
        answers = asyncio.gather(client.call("exec:input tap 1 1; echo done"), late.greet())
        await asyncio.wait([answers], timeout=0.1)
        assert not answers.done()
        assert handset.gestures == []
        phone.faults.clear("hang")
        answered, _ = await answers
    assert answered == b"done\n"
    assert handset.gestures == [TAP]


async def test_clearing_what_is_not_there_is_an_error(phone: SimulatedPhone) -> None:
    with pytest.raises(NoSuchFault, match="no fault 'dim'"):
        phone.faults.clear("dim")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{", "is not JSON"),
        ("[]", "fault: "),
        ("{}", "fault: fault: is missing"),
        ('{"fault": "dim", "strenght": 1}', "fault dim: strenght: is not a known field"),
        ('{"fault": "dim", "strength": 1.5}', "less than or equal to 1"),
        ('{"fault": "dim", "strength": "1"}', "fault dim: strength: should be a valid number"),
        ('{"fault": "cover"}', "fault cover: rect: is missing"),
        ('{"fault": "cover", "rect": [1, 2, 3]}', "at least 4 items"),
        ('{"fault": "cover", "rect": [5, 5, 5, 9]}', r"x1 < x2 and y1 < y2"),
        ('{"fault": "lost_touch", "count": 1, "probability": 0.5}', "exclude each other"),
        ('{"fault": "disconnect", "seconds": 0}', "greater than 0"),
        ('{"fault": "crash", "on_page": ""}', "at least 1 character"),
        ('{"fault": "crash", "seconds": 1}', "fault crash: seconds: is not a known field"),
        ('{"fault": "dim", "after_s": 1, "at_s": 1}', "exclude each other"),
        ('{"fault": "dim", "after_s": -1}', "greater than or equal to 0"),
        ('{"fault": "slow", "profile": "warp"}', "fault slow: profile"),
        ('{"fault": "slow", "factors": {"blink": 2}}', "'blink' is no act"),
        ('{"fault": "slow", "factors": {"capture": 1000}}', "less than or equal to 100"),
        ('{"fault": "rotation", "quarter_turns": 4}', "less than or equal to 3"),
        ('{"fault": "low_battery", "percent": 101}', "less than or equal to 100"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused_with_place_and_reason(text: str, complaint: str) -> None:
    with pytest.raises(InvalidInput, match=complaint):
        parse_fault(text)


def test_an_unknown_fault_is_refused_with_the_known_ones() -> None:
    with pytest.raises(FaultUnknown) as refused:
        parse_fault('{"fault": "fire"}')
    assert all(name in refused.value.hint for name in FAULTS)


async def test_every_fault_can_be_given_and_cleared(phone: SimulatedPhone) -> None:
    parameters = {"cover": ', "rect": [0, 0, 5, 5]'}
    for name, page in itertools.product(FAULTS, ("", ', "on_page": "notes"')):
        give(phone, f'{{"fault": "{name}"{parameters.get(name, "")}{page}}}')
        phone.faults.clear(name)
    assert states(phone) == []
