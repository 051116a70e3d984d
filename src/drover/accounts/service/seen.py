"""What phones were last seen with. A memory, which the screen corrects: it saves looking, and proves nothing."""

from drover.accounts.domain.records import Active, Front
from drover.accounts.repository import seen as repository
from drover.platform.db.database import Unit


class Seen:
    """The active account of each app on each phone, and the app in front."""

    async def active(self, unit: Unit, phone_id: str, app_id: str) -> Active | None:
        """Return the account that the app was last seen with; None: it is not known, so look."""
        return await repository.active(unit, phone_id, app_id)

    async def became_active(
        self, unit: Unit, phone_id: str, app_id: str, account_id: str, slot: int | None = None
    ) -> Active:
        """Note that the app was seen with this account, now. Raises ReferenceBroken for what is not the client's."""
        seen = Active(phone_id, app_id, account_id, slot, await unit.now())
        await repository.keep_active(unit, seen)
        return seen

    async def in_front(self, unit: Unit, phone_id: str) -> Front | None:
        """Return the app that the phone last showed in front; None: it is not known."""
        return await repository.front(unit, phone_id)

    async def came_to_front(self, unit: Unit, phone_id: str, app_id: str) -> Front:
        """Note that the phone showed this app in front, now. Raises ReferenceBroken for what is not the client's."""
        seen = Front(phone_id, app_id, await unit.now())
        await repository.keep_front(unit, seen)
        return seen

    async def forget(self, unit: Unit, phone_id: str, app_id: str | None = None) -> None:
        """Forget what is active, in one app or in all, where it cannot be relied on: after a failed switch, say.

        Without an app, what is in front is forgotten too.
        """
        await repository.forget(unit, phone_id, app_id)
