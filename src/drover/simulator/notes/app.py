"""Notes as an app: what is stored, which page is open, what touches and keys do."""

from collections.abc import Callable, Mapping
from typing import Final

from drover.simulator.handset import JsonValue
from drover.simulator.notes.pages import LIST, Note, Paper, colours, notes_list, paper, question, reach
from drover.simulator.windowing.app import Host, Modest, Swipe
from drover.simulator.windowing.form import Field, Form
from drover.simulator.windowing.popups import Popup
from drover.simulator.windowing.scroll import Scroll
from drover.simulator.windowing.timing import CARET_S, step_of
from drover.simulator.windowing.view import View

_NOTHING: Final = "Write something first"
_TITLE_LIMIT, _TEXT_LIMIT = 60, 500


class NotesApp(Modest):
    """The app; implements `App`. Notes are kept newest first, beyond the end of its process."""

    def __init__(self, seed: int, host: Host) -> None:
        del seed
        self.running = False
        self.busy = False
        self.page_names = ("notes.list", "notes.new", "notes.edit", "notes.delete")
        self.popups: Mapping[str, Popup] = {}
        self._host = host
        self._palette = colours(host.palette)
        self._notes: list[Note] = []
        self._saved = 0
        self._deleted = 0
        self._acts: Mapping[str, Callable[[str, float], None]] = {
            "new": lambda _, now: self._write(None, now),
            "open": lambda number, now: self._write(int(number) - 1, now),
            "focus": self._focus,
            "close": lambda _, now: self._return(now),
            "save": lambda _, now: self._save(now),
            "delete": lambda _, now: self._ask(now, asking=True),
            "keep": lambda _, now: self._ask(now, asking=False),
            "confirm": lambda _, now: self._delete(now),
        }
        self._forget()

    def _forget(self) -> None:
        """Put the paper away: the list is shown."""
        self.form = Form({})
        self._writing = False
        self._open: int | None = None
        self._asking = False
        self._error = ""
        self._scroll = Scroll()

    def open(self, ready_s: float) -> None:
        """Show the list."""
        del ready_s
        self.running = True

    def close(self) -> None:
        """End the process: what was not saved is lost."""
        self.running = False
        self._forget()

    def act(self, action: str, now: float) -> None:
        """Do what a tapped element stands for."""
        name, _, argument = action.partition(":")
        self._acts[name](argument, now)

    def back(self, now: float) -> bool:
        """Close the question or the paper; leave the app from the list."""
        if self._asking:
            self._ask(now, asking=False)
        elif self._writing:
            self._return(now)
        else:
            return False
        return True

    def enter(self, now: float, *, astray: bool) -> bool:
        """Go from the title to the text, and break lines there."""
        if self.form.many_lines:
            self.form.type("\n", now, astray=astray)
            return False
        return self.form.focus is not None and not self.form.focus_next(now)

    def swipe(self, swipe: Swipe, now: float) -> None:
        """Scroll the list."""
        if not self._writing and LIST.holds(swipe.x1, swipe.y1):
            start = self._scroll.offset(now)
            self._scroll = Scroll(start, -swipe.dy, now, max(0.01, swipe.seconds), reach(self._notes))

    def views(self, now: float) -> tuple[View, ...]:
        """Return the list, or the paper with the question over it."""
        if not self._writing:
            return (notes_list(self._palette, self._notes, self._scroll.offset(now)),)
        caret = step_of(now - self.form.edited_s, 2 * CARET_S, 2) == 0
        entries = tuple(self.form.entries.items())
        model = Paper(entries, self.form.focus, caret, self._error, known=self._open is not None)
        page = paper(self._palette, model)
        return (page, question(self._palette)) if self._asking else (page,)

    def state(self) -> Mapping[str, JsonValue]:
        """Return the notes, and how often one was saved and deleted."""
        notes: list[JsonValue] = [{"title": note.title, "text": note.text} for note in self._notes]
        return {"notes": notes, "saved": self._saved, "deleted": self._deleted}

    def _focus(self, name: str, now: float) -> None:
        self.form.focus_on(name, now)

    def _write(self, place: int | None, now: float) -> None:
        self._host.turn("forward", now)
        self._forget()
        note = Note("", "") if place is None else self._notes[place]
        self._writing, self._open = True, place
        self.form = Form(
            {"title": Field(note.title, _TITLE_LIMIT), "text": Field(note.text, _TEXT_LIMIT, many_lines=True)}
        )

    def _return(self, now: float) -> None:
        self._host.turn("backward", now)
        self._forget()

    def _save(self, now: float) -> None:
        note = Note(self.form.text("title").strip(), self.form.text("text").strip())
        if note == Note("", ""):
            self._error = _NOTHING
            return
        place = self._open
        self._return(now)
        if place is not None:
            del self._notes[place]
        self._notes.insert(0, note)
        self._saved += 1

    def _ask(self, now: float, *, asking: bool) -> None:
        self._host.turn("fade", now)
        self._asking = asking
        self.form.focus = None

    def _delete(self, now: float) -> None:
        place = self._open
        self._return(now)
        if place is not None:
            del self._notes[place]
            self._deleted += 1
