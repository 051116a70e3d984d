"""What every capability's HTTP routes stand on: problems, pages, callers, idempotency, limits. Knows no capability.

A capability's `endpoints.py` has a module-level `router = capability_router("runs")`; its routes get what they need
with `Annotated[Runs, Depends(provided(Runs))]` and `Annotated[Caller, Depends(caller_of(Caller))]`, raise DroverErrors,
take lists' `PageWanted` and answer `Page[...]`. Paths of a client's things begin with `/clients/{client_id}/`.
"""
