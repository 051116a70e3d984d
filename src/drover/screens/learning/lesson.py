"""What learning came to, as values: screens with their regions, and all that could not be learned, with reasons."""

from dataclasses import dataclass

from drover.devices.geometry import Rect
from drover.screens.domain import Screen, Variant
from drover.screens.learning.choice import Choice, Chosen
from drover.screens.learning.material import Refused
from drover.screens.regions import Region


@dataclass(frozen=True, slots=True)
class LearnedLook:
    """A variant that was learned from the pictures `files`, the first being the reference."""

    variant: Variant
    files: tuple[str, ...]
    choice: Choice


@dataclass(frozen=True, slots=True)
class Learned:
    """A screen that was learned.

    `replaced`: the registry had it before. Of its actions, named `look/action`, those in `kept` are the new screen's,
    and those in `gone` are not: their look was not learned anew, has another size, or does not show their crop.
    """

    screen: Screen
    looks: tuple[LearnedLook, ...]
    replaced: bool = False
    kept: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A look that could not be made unique and is not in the registry. `others` are the screens that it looks like.

    `choice` has the regions that were tried; `picture` is a small JPEG of the first capture.
    """

    key: str
    look: str
    files: tuple[str, ...]
    others: tuple[str, ...]
    reason: str
    hint: str
    choice: Choice
    picture: bytes


@dataclass(frozen=True, slots=True)
class Lesson:
    """All of it. `notes` are things to look at that keep nothing from being used."""

    learned: tuple[Learned, ...]
    left_out: tuple[LeftOut, ...]
    refused: tuple[Refused, ...]
    notes: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether every picture was used for a screen."""
        return not self.left_out and not self.refused

    def document(self) -> dict[str, object]:
        """Return it as a JSON object."""
        return {
            "screens": [_screen(each) for each in self.learned],
            "left_out": [
                {
                    "screen": each.key,
                    "variant": each.look,
                    "files": list(each.files),
                    "like": list(each.others),
                    "reason": each.reason,
                    "hint": each.hint,
                }
                for each in self.left_out
            ],
            "refused": [{"file": each.file, "reason": each.reason, "hint": each.hint} for each in self.refused],
            "notes": list(self.notes),
        }


def _screen(learned: Learned) -> dict[str, object]:
    return {
        "screen": learned.screen.key,
        "kind": learned.screen.kind.value,
        "replaced": learned.replaced,
        "actions_kept": list(learned.kept),
        "actions_gone": list(learned.gone),
        "variants": [
            {
                "name": look.variant.name,
                "files": list(look.files),
                "margin": round(look.choice.margin, 3),
                "closest": look.choice.closest,
                "masks": [_box(mask) for mask in look.choice.masks],
                "regions": [_region(chosen) for chosen in look.choice.chosen],
            }
            for look in learned.looks
        ],
    }


def _region(chosen: Chosen) -> dict[str, object]:
    region, closest = chosen.region, chosen.closest
    document: dict[str, object] = {
        "name": region.name,
        "kind": "picture" if isinstance(region, Region) else "tint",
        "rect": _box(region.rect),
        "absent": region.absent,
        "anchor": region.anchor.value,
    }
    if closest is not None:
        document["closest"] = {
            "screen": closest.key,
            "picture": closest.name,
            "correlation": round(closest.correlation, 3),
            "margin": round(closest.margin, 3),
        }
    return document


def _box(rect: Rect) -> list[int]:
    return [rect.x1, rect.y1, rect.x2, rect.y2]
