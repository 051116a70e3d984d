"""Which of a recording's inputs a typed text is: texts that will vary are written as parameters, secrets never."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from drover.devices.uitree import UiNode
from drover.language.source import source_of
from drover.language.text import Reference, Text, literal
from drover.sequences.domain import Param

_UNFIT: Final = re.compile(r"[^a-z0-9_]+")


@dataclass(frozen=True, slots=True)
class Given:
    """What the person who records says of the texts: values by name. Those of `secrets` are never written."""

    params: Mapping[str, str] = field(default_factory=dict[str, str])
    secrets: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)


class Inputs:
    """Makes texts of what fields hold, and collects the parameters that they need."""

    def __init__(self, given: Given) -> None:
        self._given = given
        self._used: dict[str, Param] = {}

    @property
    def params(self) -> Mapping[str, Param]:
        """The parameters that texts refer to, in the order in which they were given; unforeseen ones last."""
        order = [*self._given.params, *self._given.secrets]
        return {name: self._used[name] for name in (*order, *self._used) if name in self._used}

    @property
    def unused(self) -> tuple[str, ...]:
        """The names that no typed text was."""
        return tuple(name for name in (*self._given.params, *self._given.secrets) if name not in self._used)

    def text(self, shown: UiNode, where: str) -> Text:
        """Return the text that was typed into a field which now shows `shown`; `where` names the field.

        A password field shows dots. What was typed into it is the input of that many characters, the one that is named
        like the field before the others; where there is none, an input that has yet to be given.
        """
        if shown.password:
            return self._password(shown, where)
        for name, value in self._given.secrets.items():
            if value and value == shown.text:
                return self._reference(name, where, secret=True)
        for name, value in self._given.params.items():
            if value and value == shown.text:
                return self._reference(name, where, secret=False)
        return literal(shown.text)

    def _password(self, shown: UiNode, where: str) -> Text:
        if not shown.text:
            return Text(())
        field_name = _name(shown)
        values = {**self._given.params, **self._given.secrets}
        likely = [name for name, value in values.items() if len(value) == len(shown.text)]
        best = min(likely, key=lambda name: (name not in field_name, name not in self._given.secrets), default=None)
        return self._reference(best or field_name, where, secret=True)

    def _reference(self, name: str, where: str, *, secret: bool) -> Text:
        before = self._used.get(name)
        value = None if name in self._given.secrets else self._given.params.get(name)
        described = before.description if before is not None else f"Typed into {where}"
        hidden = secret or (before is not None and before.secret)
        # A default is read as a text again; that of a secret input is taken as it is.
        default = value if value is None or hidden else source_of(literal(value))
        self._used[name] = Param(described, default, hidden)
        return Text((Reference("param", name, 1),))


def _name(field_shown: UiNode) -> str:
    """Return a parameter's name made of the field's resource id."""
    name = _UNFIT.sub("_", field_shown.resource_id.rpartition("/")[2].lower()).strip("_")
    return name if name[:1].isalpha() else "password"
