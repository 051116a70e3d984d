"""The HTTP routes of workflows: each parses, calls one service, and serialises. `ROUTERS` are all of them.

`UPLOADS` is a pattern of the paths that take more than a document.
"""

from drover.workflows.endpoints import definitions, runs, schedules

UPLOADS = definitions.UPLOADS
ROUTERS = (definitions.router, schedules.router, runs.router)
