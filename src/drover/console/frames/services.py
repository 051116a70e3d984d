"""What walls stand on, beside the services of all pages."""

from dataclasses import dataclass

from drover.console.frames.hub import Hub
from drover.console.frames.roster import Roster
from drover.console.frames.texts import Texts
from drover.fleet.service.control import Control


@dataclass(frozen=True, slots=True)
class Walls:
    """Pictures, states, persons' acts and their texts."""

    hub: Hub
    roster: Roster
    control: Control
    texts: Texts
