"""The UI tree of the app in front, as a plain tree of values."""

from collections.abc import Iterator
from dataclasses import dataclass

from drover.devices.geometry import Point, Rect


@dataclass(frozen=True, slots=True)
class UiNode:
    """One element. `bounds` is None for an element without an area; `text` is empty where only a hint is shown."""

    text: str = ""
    resource_id: str = ""
    class_name: str = ""
    package: str = ""
    description: str = ""
    bounds: Rect | None = None
    focused: bool = False
    password: bool = False
    children: tuple["UiNode", ...] = ()

    @property
    def is_field(self) -> bool:
        """Whether text can be typed into it."""
        return self.class_name.endswith("EditText")

    def walk(self) -> Iterator["UiNode"]:
        """Yield this element and all below it, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()

    def field_at(self, point: Point) -> "UiNode | None":
        """Return the innermost text field that contains `point`, or None where there is no field."""
        fields = [
            node for node in self.walk() if node.is_field and node.bounds is not None and node.bounds.contains(point)
        ]
        return fields[-1] if fields else None
