"""temporary until audit.service is there."""

from dataclasses import dataclass

from drover.audit.domain import Actor, Facts, Subject
from drover.kernel.ids import NewId
from drover.platform.db.database import Unit


@dataclass(frozen=True)
class Notes:
    new_id: NewId

    async def note(
        self,
        unit: Unit,
        by: Actor,
        act: str,
        subject: Subject,
        *,
        before: Facts | None = None,
        after: Facts | None = None,
        reason: str = "",
    ) -> None:
        del unit, by, act, subject, before, after, reason
