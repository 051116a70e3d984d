"""The text fields of one page: their entries, which has the focus, and what typing does to them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from drover.simulator.windowing.text_input import Entry, typable

# Android key code -> what it does to the focused entry.
_EDITS: Final[Mapping[int, Callable[[Entry], Entry]]] = {
    67: Entry.deleted_before,
    112: Entry.deleted_after,
    122: Entry.at_start,
    123: Entry.at_end,
    21: lambda entry: entry.moved(-1),
    22: lambda entry: entry.moved(1),
}


@dataclass(frozen=True, slots=True)
class Field:
    """A text field as its page opens: the text in it, the most characters it takes, and whether it takes newlines."""

    text: str = ""
    limit: int = 64
    many_lines: bool = False


class Form:
    """Fields by name, in the order of the tab key."""

    def __init__(self, fields: Mapping[str, Field]) -> None:
        self.entries = {name: Entry.ended(field.text) for name, field in fields.items()}
        self.focus: str | None = None
        self.edited_s = 0.0
        self._fields = dict(fields)

    def text(self, name: str) -> str:
        """Return a field's text."""
        return self.entries[name].text

    def focus_on(self, name: str, now: float) -> None:
        """Give the focus to a field, with the cursor at the end."""
        self.focus = name
        self.entries[name] = self.entries[name].at_end()
        self.edited_s = now

    def focus_next(self, now: float) -> bool:
        """Give the focus to the next field; False where there is none after it."""
        names = list(self.entries)
        place = -1 if self.focus is None else names.index(self.focus)
        if place + 1 >= len(names):
            return False
        self.focus_on(names[place + 1], now)
        return True

    def type(self, text: str, now: float, *, astray: bool) -> None:
        """Type at the cursor of the focused field; `astray` lets it go to the field after it, the first after the last.

        Without a focus nothing happens. What exceeds a field's limit is lost.
        """
        if self.focus is None:
            return
        names = list(self.entries)
        name = names[(names.index(self.focus) + astray) % len(names)]
        field = self._fields[name]
        fitting = typable(text, many_lines=field.many_lines)
        self.entries[name] = self.entries[name].inserted(fitting, limit=field.limit)
        self.edited_s = now

    def edit(self, keycode: int, now: float) -> bool:
        """Do what an editing key does to the focused field, and tell whether it did anything."""
        if self.focus is None or keycode not in _EDITS:
            return False
        self.entries[self.focus] = _EDITS[keycode](self.entries[self.focus])
        self.edited_s = now
        return True

    def clear(self, name: str) -> None:
        """Empty a field."""
        self.entries[name] = Entry()

    @property
    def many_lines(self) -> bool:
        """Whether the focused field takes newlines."""
        return self.focus is not None and self._fields[self.focus].many_lines
