"""How routes come by the services that the composition root made: by their type, from the application."""

from collections.abc import Callable
from typing import TypeVar

from fastapi import FastAPI, Request

Service = TypeVar("Service")


def provide(app: FastAPI, *services: object) -> None:
    """Have `provided` find `services` by their classes."""
    table: dict[type, object] = getattr(app.state, "services", {})
    app.state.services = table | {type(service): service for service in services}


def provided(kind: type[Service]) -> Callable[[Request], Service]:
    """Return a dependency that gives the application's service of class `kind`.

    An application that lacks it has been put together wrongly, which is a defect: LookupError.
    """

    def give(request: Request) -> Service:
        service = request.app.state.services[kind]
        assert isinstance(service, kind)  # noqa: S101  the table's keys are the classes
        return service

    return give
