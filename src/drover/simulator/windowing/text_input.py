"""Editing of one text field, as values."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """A field's text and where its cursor stands, counted in characters from the start."""

    text: str = ""
    cursor: int = 0

    @classmethod
    def ended(cls, text: str) -> "Entry":
        """Return an entry with the cursor at the end."""
        return cls(text, len(text))

    def inserted(self, text: str, *, limit: int) -> "Entry":
        """Return the entry with `text` at the cursor, as much of it as `limit` characters in all allow."""
        fitting = text[: max(0, limit - len(self.text))]
        return Entry(self.text[: self.cursor] + fitting + self.text[self.cursor :], self.cursor + len(fitting))

    def deleted_before(self) -> "Entry":
        """Return the entry without the character before the cursor."""
        if self.cursor == 0:
            return self
        return Entry(self.text[: self.cursor - 1] + self.text[self.cursor :], self.cursor - 1)

    def deleted_after(self) -> "Entry":
        """Return the entry without the character after the cursor."""
        return Entry(self.text[: self.cursor] + self.text[self.cursor + 1 :], self.cursor)

    def moved(self, by: int) -> "Entry":
        """Return the entry with the cursor moved by `by` characters, at most to an end."""
        return Entry(self.text, min(len(self.text), max(0, self.cursor + by)))

    def at_start(self) -> "Entry":
        """Return the entry with the cursor before the first character."""
        return Entry(self.text, 0)

    def at_end(self) -> "Entry":
        """Return the entry with the cursor after the last character."""
        return Entry.ended(self.text)


def typable(text: str, *, many_lines: bool) -> str:
    """Return `text` without control characters; a newline stays where the field has several lines."""
    return "".join(c for c in text if c.isprintable() or (many_lines and c == "\n"))
