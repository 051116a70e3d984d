"""How an agent is: what it publishes every second."""

import os
from collections.abc import Sequence

from drover.agent.rig import Rig
from drover.protocol.fields import line, name
from drover.protocol.messages import AgentState, PhoneSeen
from drover.protocol.sealing import public_of

_MOST_REASON = 200


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
