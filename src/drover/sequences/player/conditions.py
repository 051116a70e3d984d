"""Whether a condition holds, told by looking at the phone and at the variables."""

from dataclasses import dataclass
from typing import Final

from drover.devices.geometry import Rect, Size
from drover.devices.uitree import UiNode
from drover.sequences.domain import (
    ActionName,
    All,
    Any,
    Condition,
    Not,
    ScreenIs,
    TextIs,
    ValueIs,
)
from drover.sequences.player.eyes import Eyes, Look
from drover.sequences.player.hands import Hands
from drover.sequences.player.values import Values

LOOK_S: Final = 5.0
"""How long a phone may take to come to rest before a condition about its screen is decided."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """Decides conditions on one phone. `reference` is what the sequence's rectangles refer to."""

    eyes: Eyes
    hands: Hands
    values: Values
    reference: Size

    async def holds(self, condition: Condition) -> bool:
        """Return whether the condition holds now. Raises what looking at the phone raises."""
        match condition:
            case ScreenIs():
                look = await self.eyes.glimpse(self.hands, timeout_s=LOOK_S)
                return look.shows((condition.screen,))
            case TextIs():
                return await self._shows(condition)
            case ValueIs():
                return compares(condition, self.values)
            case Not():
                return not await self.holds(condition.condition)
            case All():
                return all([await self.holds(each) for each in condition.conditions])
            case Any():
                return any([await self.holds(each) for each in condition.conditions])

    async def _shows(self, condition: TextIs) -> bool:
        look = await self.eyes.glimpse(self.hands, timeout_s=LOOK_S)
        tree, text = await self.hands.tree(), self.values.render(condition.text)
        return bool(nodes_showing(tree, text, condition.inside, look, self.reference))


def compares(condition: ValueIs, values: Values) -> bool:
    """Return whether a value compares as the condition says."""
    return condition.comparison.holds(values.render(condition.value), values.render(condition.wanted))


def place_on(look: Look, inside: ActionName | Rect, reference: Size) -> Rect | None:
    """Return a place in pixels of the look's frame; None for an action of a screen that it does not show."""
    if isinstance(inside, Rect):
        return inside.scaled(reference, look.size)
    if look.found is None or not look.shows((inside.screen,)):
        return None
    action = look.found.variant.action(inside.action)
    return look.found.screen.place_of(action, look.found.variant, look.size) if action is not None else None


def nodes_showing(
    tree: UiNode, text: str, inside: ActionName | Rect | None, look: Look, reference: Size
) -> list[UiNode]:
    """Return the nodes that show exactly `text`, those with their middle inside `inside` where that is given.

    There are none inside an action of a screen that the look does not show.
    """
    place = place_on(look, inside, reference) if inside is not None else None
    if inside is not None and place is None:
        return []
    return [
        node
        for node in tree.walk()
        if node.bounds is not None
        and text in (node.text, node.description)
        and (place is None or place.contains(node.bounds.center))
    ]
