"""The variables of one phone's play. What was read is a value, and is never parsed."""

from collections.abc import Mapping

from drover.language import rendering
from drover.language.spintax import Seed
from drover.language.text import Reference, Text, references


class Values:
    """Variables by name. One that was never set, because its task was passed over, is empty."""

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self._values = dict(values or {})

    def set(self, name: str, value: str) -> None:
        """Set a variable."""
        self._values[name] = value

    def restore(self, values: Mapping[str, str]) -> None:
        """Go back to how the variables were."""
        self._values = dict(values)

    def all(self) -> Mapping[str, str]:
        """Return the variables that were set."""
        return dict(self._values)

    def render(self, text: Text) -> str:
        """Return a text with the variables filled in."""
        named = (each for each in references(text) if isinstance(each, Reference))
        values = {each.key: self._values.get(each.name, "") for each in named}
        return rendering.render(text, rendering.Values(values), Seed()).text
