from dataclasses import replace
from datetime import timedelta

import pytest

from drover.fleet.domain import PhoneState
from drover.fleet.domain.agents import (
    Agent,
    AgentNameTaken,
    AgentRefused,
    AgentUnknown,
    BadHostName,
    RackUnknown,
    admit,
    check_host_name,
    credential_hash,
    shown_state,
)
from drover.kernel.clock import FakeClock

NOW = FakeClock().now()
CREDENTIAL = "of the agent"
KEPT = credential_hash(CREDENTIAL)
NEW = Agent("1", "rack1", "r", "", None, "", None, 0, None)
RUNNING = replace(NEW, boot_id="first", seen_at=NOW)


def later(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def test_an_agent_that_never_reported_may() -> None:
    admit(NEW, KEPT, CREDENTIAL, "first", NOW)


def test_the_same_start_of_an_agent_goes_on_reporting() -> None:
    admit(RUNNING, KEPT, CREDENTIAL, "first", NOW + later(1))


def test_a_second_agent_of_the_same_name_is_refused_while_the_first_reports() -> None:
    with pytest.raises(AgentNameTaken, match="rack1 is already running"):
        admit(RUNNING, KEPT, CREDENTIAL, "second", NOW + later(9.9))


def test_a_restarted_agent_may_report_once_its_former_start_was_silent_for_ten_seconds() -> None:
    admit(RUNNING, KEPT, CREDENTIAL, "second", NOW + later(10))


def test_a_wrong_credential_and_a_revoked_agent_are_refused_alike() -> None:
    with pytest.raises(AgentRefused) as wrong:
        admit(NEW, KEPT, "guessed", "first", NOW)
    with pytest.raises(AgentRefused) as revoked:
        admit(replace(NEW, revoked_at=NOW), KEPT, CREDENTIAL, "first", NOW)
    assert wrong.value.message == revoked.value.message


def test_a_phone_of_a_reporting_agent_is_shown_as_reported() -> None:
    assert shown_state(PhoneState.BUSY, "", RUNNING, NOW) == (PhoneState.BUSY, "")


def test_a_phone_of_a_silent_agent_is_offline() -> None:
    shown = shown_state(PhoneState.ONLINE, "", RUNNING, NOW + later(11))
    assert shown == (PhoneState.OFFLINE, "agent rack1 does not report")


def test_a_phone_without_an_agent_is_offline() -> None:
    assert shown_state(PhoneState.ONLINE, "", None, NOW) == (PhoneState.OFFLINE, "no agent holds it")


@pytest.mark.parametrize("state", [PhoneState.MAINTENANCE, PhoneState.QUARANTINED])
def test_what_was_decided_of_a_phone_stays_whatever_its_agent_does(state: PhoneState) -> None:
    assert shown_state(state, "battery swollen", None, NOW) == (state, "battery swollen")


def test_what_there_is_not_is_named() -> None:
    assert (RackUnknown("cellar").rack, AgentUnknown("rack9").agent) == ("cellar", "rack9")


def test_a_name_of_a_rack_or_agent_is_kept_or_refused() -> None:
    assert check_host_name("rack-1.cellar") == "rack-1.cellar"
    with pytest.raises(BadHostName, match="'-rack' is no name"):
        check_host_name("-rack")


def test_an_agent_that_is_registered_already_is_told_apart_from_one_that_runs() -> None:
    assert AgentNameTaken("rack1", registered=True).message == "agent rack1 is registered already"
