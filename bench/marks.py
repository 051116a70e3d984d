"""When what happened: marks set around methods of Drover while one is measured, on whatever thread they run."""

import functools
import inspect
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any


@dataclass
class Marks:
    """The moments by name, in the order in which they came; `on` is called with each."""

    moments: list[tuple[str, float]] = field(default_factory=list[tuple[str, float]])

    def set(self, name: str) -> None:
        """Note that something happens now."""
        self.moments.append((name, perf_counter()))

    def first(self, name: str, since: float) -> float | None:
        """Return when it came first since a moment."""
        return next((at for mark, at in self.moments if mark == name and at >= since), None)


@contextmanager
def marked(marks: Marks, *methods: tuple[type[Any], str]) -> Generator[None]:
    """Set marks before and after these methods of classes while the block lasts: `Runs.start_now` and with a dot."""
    before = [(kind, name, inspect.getattr_static(kind, name)) for kind, name in methods]
    try:
        for kind, name, method in before:
            setattr(kind, name, _marking(marks, f"{kind.__name__}.{name}", method))
        yield
    finally:
        for kind, name, method in before:
            setattr(kind, name, method)


def _marking(marks: Marks, label: str, method: Any) -> Any:  # noqa: ANN401  whatever method it is
    if inspect.iscoroutinefunction(method):

        @functools.wraps(method)
        async def awaited(*args: Any, **given: Any) -> Any:  # noqa: ANN401
            marks.set(label)
            try:
                return await method(*args, **given)
            finally:
                marks.set(f"{label}.")

        return awaited

    @functools.wraps(method)
    def called(*args: Any, **given: Any) -> Any:  # noqa: ANN401
        marks.set(label)
        try:
            return method(*args, **given)
        finally:
            marks.set(f"{label}.")

    return called


def between(marks: Marks, since: float, names: Sequence[str]) -> dict[str, float]:
    """Return how many ms lie between each of these moments and the one before it; the first counts from `since`."""
    found: dict[str, float] = {}
    before = since
    for name in names:
        at = marks.first(name, since)
        if at is None:
            continue
        found[name] = (at - before) * 1000
        before = at
    return found
