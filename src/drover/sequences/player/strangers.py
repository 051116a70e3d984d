"""What a play does with screens that it failed at and could not tell: they are handed over, for a person to name."""

from dataclasses import dataclass
from typing import Protocol

import structlog

from drover.devices.frame import Frame
from drover.kernel.clock import Clock
from drover.kernel.errors import DroverError
from drover.screens.unknown.domain import Sighting
from drover.sequences.plan import Step

_log: structlog.stdlib.BoundLogger = structlog.get_logger()


class Unknowns(Protocol):
    """Takes unknown screens. It computes and writes: call it in an image thread, never on a loop."""

    def add(self, frame: Frame, sighting: Sighting) -> str:
        """Keep a sighting and its picture, and return the id under which it is listed. Raises a DroverError."""
        ...


@dataclass(frozen=True, slots=True)
class Strangers:
    """Hands over what one phone's play could not tell. That it cannot be kept is told, and stops no play."""

    unknowns: Unknowns
    app: str
    phone: str
    run: str
    clock: Clock

    def hand_over(self, frame: Frame, step: Step, why: str) -> None:
        """Hand over the frame that a step failed at."""
        sighting = Sighting(
            phone=self.phone,
            at=self.clock.now(),
            app=self.app,
            run=self.run,
            step=step.number,
            task=step.task.name,
            why=why,
        )
        try:
            known_as = self.unknowns.add(frame, sighting)
        except DroverError as error:
            _log.warning("unknown screen not kept", phone=self.phone, step=step.number, error=error.message)
        else:
            _log.debug("unknown screen kept", phone=self.phone, step=step.number, id=known_as)
