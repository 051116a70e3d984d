"""The variables of one phone's play. What was read is a value, and is never parsed."""

from collections.abc import Mapping

from drover.kernel.errors import DroverError, Kind
from drover.language.rendering import Rendered, render
from drover.language.rendering import Values as Given
from drover.language.sealed import Opener, Sealed
from drover.language.spintax import Seed
from drover.language.text import Reference, Text, references
from drover.sequences.inputs import SEALED
from drover.sequences.resolving import NothingSealed


class OnlyTyped(DroverError):
    """A sealed password is asked for where nothing is typed."""

    kind = Kind.REFUSED

    def __init__(self) -> None:
        super().__init__("a password can only be typed", hint="leave it out of conditions, places, asserts and helpers")


class Values:
    """Variables by name. One that was never set, because its task was passed over, is empty.

    `secrets` are the inputs that are secret, by handle; `opener` opens what else is sealed, and only to be typed.
    """

    def __init__(
        self,
        values: Mapping[str, str] | None = None,
        secrets: Mapping[str, str] | None = None,
        opener: Opener | None = None,
    ) -> None:
        self._values = dict(values or {})
        self._inputs = _Inputs(secrets or {})
        self._opener = opener or NothingSealed()

    def set(self, name: str, value: str) -> None:
        """Set a variable."""
        self._values[name] = value

    def restore(self, values: Mapping[str, str]) -> None:
        """Go back to how the variables were."""
        self._values = dict(values)

    def all(self) -> Mapping[str, str]:
        """Return the variables that were set."""
        return dict(self._values)

    def rendered(self, text: Text) -> Rendered:
        """Return a text with the variables filled in, its secrets sealed."""
        named = [each for each in references(text) if isinstance(each, Reference)]
        sealed = {each.key: Sealed(each.name) for each in named if each.category == SEALED}
        values = {each.key: self._values.get(each.name, "") for each in named}
        return render(text, Given({**values, **sealed}), Seed())

    def typed(self, text: Text) -> str:
        """Return a text that is typed now, its secrets opened. Raises what the opener raises."""
        return self.rendered(text).opened(_Both(self._inputs, self._opener))

    def render(self, text: Text) -> str:
        """Return a text that is looked for, compared or handed on. Raises OnlyTyped for passwords of accounts."""
        return self.rendered(text).opened(self._inputs)


class _Inputs:
    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._secrets = secrets

    def has(self, sealed: Sealed) -> bool:
        return sealed.handle in self._secrets

    def open(self, sealed: Sealed) -> str:
        if sealed.handle not in self._secrets:
            raise OnlyTyped
        return self._secrets[sealed.handle]


class _Both:
    def __init__(self, inputs: _Inputs, opener: Opener) -> None:
        self._inputs = inputs
        self._opener = opener

    def open(self, sealed: Sealed) -> str:
        return self._inputs.open(sealed) if self._inputs.has(sealed) else self._opener.open(sealed)
