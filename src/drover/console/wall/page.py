"""The pages that show the wall: all phones, and one of them alone. What is selected and filtered is in the address."""

from drover.console.shell import Visit, page
from drover.console.wall.element import Wall


@page("/", title="Wall")
async def home(visit: Visit) -> None:
    """Show all phones."""
    Wall(client=visit.client, address=visit.path("/wall"))


@page("/wall", title="Wall")
async def wall(visit: Visit) -> None:
    """Show all phones."""
    Wall(client=visit.client, address=visit.path("/wall"))


@page("/phones/{phone}/live", title="Phone")
async def live(visit: Visit, phone: str) -> None:
    """Show one phone, large. Raises PhoneUnknown."""
    async with visit.reading() as unit:
        found = await visit.services.phones.get(unit, phone)
    Wall(client=visit.client, address=visit.path("/wall"), only=found.id)
