"""How an agent is: what it publishes every second."""

import asyncio
import os
from collections.abc import Sequence
from contextlib import suppress

from drover.agent.rig import Rig
from drover.fleet.domain.phones import PhoneState
from drover.kernel.errors import DroverError
from drover.protocol.fields import line, name
from drover.protocol.messages import AgentState, PhoneSeen
from drover.protocol.sealing import public_of

_MOST_REASON = 200
_ANSWERING = frozenset({PhoneState.ONLINE, PhoneState.BUSY})


async def learn_models(rig: Rig) -> None:
    """Ask the phones that are there, and were not asked since they came, what model they are."""
    there = {phone.serial for phone in rig.monitor.phones() if phone.state in _ANSWERING}
    for serial in rig.models.keys() - there:  # another phone may come back at its address
        del rig.models[serial]
    await asyncio.gather(*(_learn_model(rig, serial) for serial in sorted(there - rig.models.keys())))


async def _learn_model(rig: Rig, serial: str) -> None:
    with suppress(DroverError):  # it is asked again
        rig.models[serial] = await rig.source.model(serial)


async def state_of(boot: str, rig: Rig, plays: Sequence[str]) -> AgentState:
    """Return how the agent is now."""
    models = rig.models
    return AgentState(
        agent=rig.name,
        boot=boot,
        phones=tuple(
            PhoneSeen(
                serial=phone.serial,
                state=phone.state.value,
                reason=line(phone.reason, _MOST_REASON),
                model=name(models.get(phone.serial, "")),
            )
            for phone in rig.monitor.phones()
        ),
        plays=tuple(plays),
        acting=rig.acting.count,
        acting_most=rig.options.acting,
        load=max(0.0, os.getloadavg()[0]) / (os.cpu_count() or 1),
        unsent=await rig.store.count_unsent(),
        public_key=public_of(rig.key),
    )
