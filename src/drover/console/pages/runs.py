"""The runs of a client, the latest first."""

from nicegui import ui

from drover.console.shell import Visit, heading, page


@page("/runs", title="Runs")
async def runs(visit: Visit) -> None:
    """List them."""
    heading("Runs")
    ui.label(visit.client)
