"""What was typed on the on-screen keyboard: the texts of the fields before and after it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from drover.devices.uitree import UiNode
from drover.sequences.recorder.sights import Sight


@dataclass(frozen=True, slots=True)
class TypedInto:
    """A field whose text changed: as it lay before the keyboard came, and as it is shown now."""

    lay: UiNode
    shown: UiNode


@dataclass(frozen=True, slots=True)
class Run:
    """Touches of the keyboard without anything else between them; the first was at `at_s` of the phone's clock.

    `began` is what was seen before the first of them, `latest` the last sight of the page since; `unseen` counts the
    touches since `latest`, of which nobody knows what they typed.
    """

    at_s: float
    began: Sight
    latest: Sight
    unseen: int = 0

    def touched(self) -> "Run":
        """Return the run with one more touch."""
        return replace(self, unseen=self.unseen + 1)

    def seen(self, sight: Sight) -> "Run":
        """Return the run with what is shown now, the fields being those of before."""
        return replace(self, latest=sight, unseen=0)

    def goes_on(self, sight: Sight) -> bool:
        """Whether `sight` shows the same page still: its screen, and fields that were there before."""
        known = {_identity(node) for node in self.latest.fields()}
        shown = {_identity(node) for node in sight.fields()}
        return sight.key in (self.latest.key, None) and bool(shown) and (not known or bool(known & shown))

    def changed(self) -> Iterator[TypedInto]:
        """Yield the fields whose text changed, in the order of the page."""
        before = _by_identity(self.began)
        for identity, node in _by_identity(self.latest).items():
            lay = before.get(identity)
            if node.text != (lay.text if lay is not None else ""):
                yield TypedInto(lay or node, node)


def _by_identity(sight: Sight) -> Mapping[str, UiNode]:
    return {_identity(node): node for node in sight.fields()}


def _identity(node: UiNode) -> str:
    """Return what a field is known by: its resource id, however far a keyboard moves it, or else its place."""
    return f"{node.package} {node.resource_id or node.bounds}"
