"""Routers of capabilities, and the names that their operations keep."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from drover.platform.web.problems import PROBLEM_RESPONSES


@dataclass(frozen=True, slots=True)
class Operation:
    """One route, as the reference tells of it."""

    method: str
    path: str
    operation_id: str
    summary: str


def capability_router(tag: str) -> APIRouter:
    """Return an empty router; its operations are named `<tag>_<function>`, so functions' names are part of the API."""
    return APIRouter(tags=[tag], responses=PROBLEM_RESPONSES, generate_unique_id_function=operation_id)


def operation_id(route: APIRoute) -> str:
    """Return the id of a route's operation: its first tag and its function's name."""
    return "_".join([str(tag) for tag in route.tags[:1]] + [route.name])


def operations(app: FastAPI) -> Sequence[Operation]:
    """Return every operation of `app`, by path and method."""
    found = [
        Operation(method.upper(), path, operation["operationId"], operation.get("summary", ""))
        for path, methods in app.openapi()["paths"].items()
        for method, operation in methods.items()
    ]
    return sorted(found, key=lambda operation: (operation.path, operation.method))
