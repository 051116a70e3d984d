"""The HTTP routes of tenancy. `ROUTERS` are all of them; `OPEN` is what answers without a caller."""

from drover.tenancy.endpoints import clients, halts, login, me, users

ROUTERS = (login.router, me.router, users.router, clients.router, halts.router)
OPEN = frozenset({("POST", "/login")})
