"""Which on-screen keyboard a frame shows, and in which layer."""

from collections.abc import Iterable
from dataclasses import dataclass

from drover.devices.frame import Frame
from drover.devices.geometry import Size
from drover.screens.keyboard import KeyboardMap, KeyboardSeen
from drover.screens.matching.template import Template
from drover.screens.matching.view import View, Views
from drover.screens.regions import Anchor


@dataclass(frozen=True, slots=True)
class _Look:
    """One look of a layer, prepared: templates that must be seen, and those that must not."""

    seen: KeyboardSeen
    reference: Size
    present: tuple[Template, ...]
    absent: tuple[Template, ...]

    def matches(self, view: View) -> bool:
        if not view.comparable:
            return False
        shown = all(template.fitting(view).quick(view).good for template in self.present)
        return shown and not any(template.fitting(view).quick(view).good for template in self.absent)


class Keyboards:
    """Recognises keyboards on frames. Safe to be used by several threads."""

    def __init__(self, maps: Iterable[KeyboardMap]) -> None:
        self.maps = tuple(maps)
        self._looks = tuple(look for keyboard in self.maps for look in _looks(keyboard))

    def seen(self, frame: Frame) -> KeyboardSeen | None:
        """Return the keyboard and layer that `frame` shows; None where it shows none of them, or several claim it."""
        views = Views(frame)
        found = {
            (look.seen.keyboard.name, look.seen.layer.name): look.seen
            for look in self._looks
            if look.matches(views.at(look.reference, Anchor.BOTTOM))
        }
        return next(iter(found.values())) if len(found) == 1 else None


def _looks(keyboard: KeyboardMap) -> Iterable[_Look]:
    for layer in keyboard.layers:
        for look in layer.looks:
            templates = [(Template.of(region.crop, region.rect), region.absent) for region in look.regions]
            yield _Look(
                KeyboardSeen(keyboard, layer),
                keyboard.reference,
                tuple(template for template, absent in templates if not absent),
                tuple(template for template, absent in templates if absent),
            )
