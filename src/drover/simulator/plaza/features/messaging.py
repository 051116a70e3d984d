"""Messages: conversations, what is sent in them, what comes late."""

from collections.abc import Mapping
from typing import Final

from drover.simulator.plaza.feature import Act, Page, Visit
from drover.simulator.plaza.frame import Frame
from drover.simulator.plaza.pages.conversation import ConversationModel, conversation
from drover.simulator.plaza.pages.messages import Talk, messages
from drover.simulator.plaza.people import CORRESPONDENCES, HUMANS, Correspondence, Human, human
from drover.simulator.plaza.shelf import Message, Shelf
from drover.simulator.windowing.form import Field, Form
from drover.simulator.windowing.keyboard import AREA
from drover.simulator.windowing.timing import step_of
from drover.simulator.windowing.view import View

MESSAGE_LIMIT: Final = 300
_UNREAD: Final = 2
_DOT_TURN_S, _DOTS = 0.9, 3
_OLD: Final[Mapping[str, Correspondence]] = {each.human.username: each for each in CORRESPONDENCES}


class Messaging:
    """Lists conversations and takes messages, one at a time; implements `Feature`."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._human: Human = HUMANS[0]
        self._sent_s = 0.0
        self._typing_s = (0.0, 0.0)
        self.pages: Mapping[str, Page] = {
            "plaza.messages": Page(self._draw_list, load="page", kept=True),
            "plaza.conversation": Page(self._draw, load="page", kept=True, entered=self._enter, submit="send_message"),
        }
        self.acts: Mapping[str, Act] = {
            "open_conversation": self._open,
            "send_message": lambda _, now: self._send(now),
        }

    @property
    def _shelf(self) -> Shelf:
        return self._frame.account.shelf

    def _said(self, username: str) -> tuple[Message, ...]:
        """Return all messages of a conversation: the one from before, then those since."""
        before = (Message(_OLD[username].before, mine=False),) if username in _OLD else ()
        return (*before, *self._shelf.conversations.get(username, ()))

    def _draw_list(self, visit: Visit, now: float) -> View:
        step = visit.spinner(now) if visit.loading(now) else None
        fresh = [username for username in self._shelf.conversations if username not in _OLD]
        talks = tuple(self._talk(username) for username in (*reversed(fresh), *_OLD))
        return messages(self._frame.palette, talks, step)

    def _talk(self, username: str) -> Talk:
        someone, old = human(username), _OLD.get(username)
        moved = username in self._shelf.conversations
        age = "now" if moved or old is None else old.age
        unread = username in list(_OLD)[:_UNREAD] and username not in self._shelf.opened
        return Talk(someone.name, username, someone.tone, self._said(username)[-1].text, age, unread)

    def _open(self, username: str, now: float) -> None:
        self._human, self._sent_s, self._typing_s = human(username), 0.0, (0.0, 0.0)
        self._frame.go("plaza.conversation", now)

    def _enter(self, visit: Visit) -> None:
        visit.form = Form({"message": Field(limit=MESSAGE_LIMIT)})
        username = self._human.username
        if username in _OLD and username not in self._shelf.opened:
            self._expect(_OLD[username], visit.loaded_s)
        self._shelf.opened.add(username)

    def _expect(self, old: Correspondence, opened_s: float) -> None:
        """Let a message come late: the other is seen typing, then it is there, whatever page is open by then."""
        begins_s = opened_s + self._frame.timing.draw_s("late_message")
        comes_s = begins_s + self._frame.timing.draw_s("typing")
        shelf, username = self._shelf, old.human.username
        self._typing_s = (begins_s, comes_s)

        def come(_: float) -> None:
            shelf.conversations.setdefault(username, []).append(Message(old.late, mine=False))

        self._frame.host.later(comes_s, come)

    def _send(self, now: float) -> None:
        """Send what is written, at once and once: the field is empty from this moment on."""
        text = self._frame.form.text("message").strip()
        if not text:
            return
        self._shelf.conversations.setdefault(self._human.username, []).append(Message(text, mine=True))
        self._sent_s = now + self._frame.timing.draw_s("send")
        focus = self._frame.form.focus
        self._frame.visit.form = Form({"message": Field(limit=MESSAGE_LIMIT)})
        if focus is not None:
            self._frame.form.focus_on(focus, now)

    def _draw(self, visit: Visit, now: float) -> View:
        form = visit.form
        said = self._said(self._human.username)
        status = ""
        if said and said[-1].mine:
            status = "Sending\u2026" if now < self._sent_s else "Sent"
        begins_s, comes_s = self._typing_s
        typing = step_of(now - begins_s, _DOT_TURN_S, _DOTS) if begins_s <= now < comes_s else None
        model = ConversationModel(
            human=self._human,
            messages=said,
            entry=form.entries["message"],
            focused=form.focus is not None,
            caret=self._frame.caret(now),
            status=status,
            typing=typing,
            floor=AREA.y1 if self._frame.host.keyboard_up() else AREA.y2,
            step=visit.spinner(now) if visit.loading(now) else None,
        )
        return conversation(self._frame.palette, model)
