"""The HTTP routes of workflows: each parses, calls one service, and serialises. `ROUTERS` are all of them."""

from drover.workflows.endpoints import definitions, runs, schedules

ROUTERS = (definitions.router, schedules.router, runs.router)
