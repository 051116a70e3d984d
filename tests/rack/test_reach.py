"""What the long measurements in bench/ measure, in small: faults, phones that act at once, an adb server that dies."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
import pytest_asyncio

from bench.counting import Count, CountedSource
from bench.faults import Tally, one_round
from bench.flows import saves, saving_flow
from bench.process import Sample, sample, slope_per_hour
from drover.bootstrap.play import play
from drover.drivers.adb.source import AdbSource
from drover.kernel.randomness import stream
from drover.sequences.player.events import PhonePaused, StepBegan
from drover.sequences.record import Status
from tests.rack.stand import Stand, stand

PHONES = 6
PATIENT = {"task_retries": 2, "task_retry_pause_s": 0.5, "away_s": 60.0}

pytestmark = [pytest.mark.rack, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def rack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stand]:
    async with stand(tmp_path_factory.mktemp("reach"), PHONES, patience=PATIENT) as made:
        yield made


async def test_plays_under_faults_complete_and_nothing_is_done_twice(rack: Stand) -> None:
    tally = Tally()
    for record, saved in await one_round(rack, stream(3, "faults"), timeout_s=6):
        tally.add(record, saved)
    figures = tally.figures()
    assert figures["once_acts_doubled"] == figures["completed_without_its_act"] == 0
    assert figures["failures_without_what_was_seen"] == 0
    assert figures["completed_percent"] == 100, figures["failures"]


async def test_no_more_phones_act_at_once_than_the_setting_says(rack: Stand) -> None:
    await rack.clear()
    count = Count()
    request = rack.request(timeout_s=30, from_step=1)
    request = replace(request, plan=replace(request.plan, steps=request.plan.steps[:5]), selector="phone:all")
    settings = rack.settings.model_copy(update={"acting": 2})
    source = cast("AdbSource", CountedSource(rack.rack.source, count))
    record = await play(request, source, settings, lambda _event: None)
    assert [phone.error for phone in record.phones] == [""] * PHONES
    assert count.most == 2


async def test_an_adb_server_that_dies_during_a_play_is_started_again_and_the_plays_go_on(rack: Stand) -> None:
    await rack.clear()
    begun = asyncio.Event()

    def tell(event: object) -> None:
        if isinstance(event, StepBegan) and event.step.number == 6:
            begun.set()

    request = rack.request_of(saving_flow(timeout_s=20), from_step=1, selector="phone:phone1,phone2")
    playing = asyncio.create_task(play(request, rack.rack.source, rack.settings, tell))
    await begun.wait()
    (server,) = adb_servers()
    os.kill(server, signal.SIGKILL)
    record = await playing
    assert [(phone.status, phone.error) for phone in record.phones] == [(Status.COMPLETED, "")] * 2
    assert [await saves(rack, phone.name) for phone in record.phones] == [1, 1]
    assert adb_servers() != [server]


async def test_a_phone_that_goes_away_for_long_is_shown_as_paused_and_comes_back_by_itself(rack: Stand) -> None:
    await rack.clear()
    await rack.give("phone1", "disconnect", seconds=4.0, on_page="plaza.login")
    told: list[object] = []
    request = rack.request_of(saving_flow(timeout_s=20), from_step=1, selector="phone:phone1")
    settings = rack.settings.model_copy(update={"connection_retries": 1, "connection_retry_pause_s": 0.5})
    record = (await play(request, rack.rack.source, settings, told.append)).phones[0]
    assert (record.status, record.error, await saves(rack, "phone1")) == (Status.COMPLETED, "", 1)
    assert [pause.back for pause in record.pauses] == [True]
    assert [event.phone for event in told if isinstance(event, PhonePaused)] == ["phone1"]


async def test_what_a_process_holds_is_sampled_and_its_growth_told() -> None:
    now = sample()
    assert now.rss_mb > 10
    assert now.handles > 3
    assert now.threads >= 1
    samples = [Sample(at_s=60.0 * minute, rss_mb=100 + minute, handles=9, threads=3) for minute in range(30)]
    assert slope_per_hour(samples, "rss_mb") == pytest.approx(60)
    assert slope_per_hour(samples, "handles") == 0
    assert slope_per_hour(samples[:1], "handles") == 0


def adb_servers() -> list[int]:
    """The private adb servers that this process has started."""
    lists = [path.read_text() for path in Path("/proc/self/task").glob("*/children")]
    pids = [int(pid) for words in lists for pid in words.split()]
    return [pid for pid in pids if b"acceptfd" in Path(f"/proc/{pid}/cmdline").read_bytes()]
