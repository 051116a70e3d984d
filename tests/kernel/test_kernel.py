from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from drover.kernel.clock import FakeClock, SystemClock
from drover.kernel.errors import InvalidInput, Kind, Retry
from drover.kernel.ids import random_id
from drover.kernel.randomness import stream


def test_an_error_carries_its_message_its_cure_and_its_class_of_failure() -> None:
    error = InvalidInput("feed.json: is broken", hint="mend it")
    assert (str(error), error.message, error.hint) == ("feed.json: is broken", "feed.json: is broken", "mend it")
    assert (error.kind, error.retry) == (Kind.INVALID, Retry.NEVER)


async def test_a_sleeper_moves_a_fake_clock_to_its_own_wake_up() -> None:
    clock = FakeClock()
    began = clock.now()
    await clock.sleep(90)
    assert (clock.now() - began).total_seconds() == 90
    assert clock.monotonic() == 90
    assert clock.slept_s == [90]


async def test_the_system_clock_is_aware_utc_and_never_goes_back() -> None:
    clock = SystemClock()
    assert clock.now().tzinfo is UTC
    assert clock.now() > datetime(2026, 1, 1, tzinfo=UTC)
    first = clock.monotonic()
    await clock.sleep(0)
    assert clock.monotonic() >= first


def test_ids_differ() -> None:
    assert len({random_id() for _ in range(100)}) == 100


@given(st.integers(), st.text(), st.text())
def test_the_same_seed_and_names_give_the_same_stream_and_other_names_another(seed: int, one: str, two: str) -> None:
    assert stream(seed, one).random() == stream(seed, one).random()
    assert (stream(seed, one).random() == stream(seed, two).random()) == (one == two)
