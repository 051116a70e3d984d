import sys
from pathlib import Path

import pytest

from drover.bootstrap.power import PowerNotCycled, power_cycle
from drover.fleet.monitor import PowerCycle
from drover.platform.settings import Settings


def cycle_with(command: str) -> PowerCycle:
    cycle = power_cycle(Settings(usb_power_command=command))
    assert cycle is not None
    return cycle


def test_without_a_command_no_port_is_switched() -> None:
    assert power_cycle(Settings()) is None


async def test_the_command_gets_hub_and_port_as_words_of_their_own(tmp_path: Path) -> None:
    out = tmp_path / "out"
    script = f"import sys, pathlib; pathlib.Path({str(out)!r}).write_text('|'.join(sys.argv[1:]))"
    command = f'{sys.executable} -c "{script}" {{hub}} {{number}} {{port}} {{serial}}'
    await cycle_with(command)("evil; serial {x}", "usb:1-4.2")
    assert out.read_text() == "1-4|2|1-4.2|evil; serial {x}"
    await cycle_with(command)("A", "usb:3-1")
    assert out.read_text() == "3|1|3-1|A"


async def test_a_command_that_fails_says_what_it_said() -> None:
    command = f"{sys.executable} -c \"raise SystemExit('no such hub')\""
    with pytest.raises(PowerNotCycled, match="no such hub"):
        await cycle_with(command)("A", "usb:1-1")


async def test_a_command_that_is_not_there_is_named() -> None:
    with pytest.raises(PowerNotCycled, match="drover-no-such-command"):
        await cycle_with("drover-no-such-command {port}")("A", "usb:1-1")
