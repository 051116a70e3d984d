"""The way in: onboarding, login, and where Plaza stops an account at the door."""

from collections.abc import Mapping

from drover.simulator.plaza.feature import Act, Page, Visit
from drover.simulator.plaza.frame import FIRST_PAGES, Frame
from drover.simulator.plaza.pages.login import LoginModel, login
from drover.simulator.plaza.pages.onboarding import ONBOARDING, onboarding
from drover.simulator.plaza.pages.standing import ChallengeModel, challenge, suspended
from drover.simulator.plaza.store import MAX_ACCOUNTS
from drover.simulator.windowing.form import Field, Form
from drover.simulator.windowing.view import View

_LOGIN_MISSING = "Enter your username and password"
_TOO_MANY = f"Up to {MAX_ACCOUNTS} accounts can be logged in"
_CODE_MISSING = "Enter the code"
_CODE_WRONG = "That code is not right"


class Entry:
    """Onboarding once per slot, then the login; implements `Feature`."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self.pages: Mapping[str, Page] = {
            **{name: Page(self._draw_onboarding) for name in ONBOARDING},
            "plaza.login": Page(self._draw_login, entered=self._enter_login, submit="log_in", waits=True),
            "plaza.challenge": Page(
                self._draw_challenge, root=True, entered=self._enter_challenge, submit="confirm", waits=True
            ),
            "plaza.suspended": Page(self._draw_suspended, root=True),
        }
        self.acts: Mapping[str, Act] = {
            "finish_onboarding": self._finish_onboarding,
            "log_in": self._log_in,
            "confirm": self._confirm,
        }

    def _draw_onboarding(self, visit: Visit, now: float) -> View:
        del now
        return onboarding(self._frame.palette, visit.page)

    def _finish_onboarding(self, _: str, now: float) -> None:
        self._frame.slot.onboarded = True
        self._frame.begin_at("plaza.login", now)

    def _enter_login(self, visit: Visit) -> None:
        visit.form = Form({"username": Field(limit=30), "password": Field()})

    def _draw_login(self, visit: Visit, now: float) -> View:
        frame, form, entries = self._frame, visit.form, visit.form.entries
        fields = (entries["username"], entries["password"], form.focus, frame.caret(now))
        adding = frame.slot.account is not None
        shown = (visit.error, visit.busy_step(now), frame.store.number, adding)
        return login(frame.palette, LoginModel(*fields, *shown))

    def _log_in(self, _: str, now: float) -> None:
        slot, visit = self._frame.slot, self._frame.visit
        username = visit.form.text("username").strip()
        if not username or not visit.form.text("password"):
            visit.error = _LOGIN_MISSING
        elif slot.full and not slot.holds(username):
            visit.error = _TOO_MANY
        else:
            self._frame.send("login", now, self._logged_in)

    def _logged_in(self, now: float) -> None:
        account = self._frame.slot.log_in(self._frame.form.text("username").strip())
        self._frame.begin_at(FIRST_PAGES[account.standing], now)

    def _enter_challenge(self, visit: Visit) -> None:
        visit.form = Form({"code": Field(limit=6)})

    def _draw_challenge(self, visit: Visit, now: float) -> View:
        frame, form = self._frame, visit.form
        shown = (form.entries["code"], form.focus is not None, frame.caret(now), visit.error, visit.busy_step(now))
        return challenge(frame.palette, ChallengeModel(frame.account.username, *shown))

    def _confirm(self, _: str, now: float) -> None:
        if self._frame.form.text("code"):
            self._frame.send("login", now, self._refuse)
        else:
            self._frame.visit.error = _CODE_MISSING

    def _refuse(self, now: float) -> None:
        """No code typed on the phone is right: the owner answers elsewhere, by `pass_challenge`."""
        del now
        self._frame.visit.error = _CODE_WRONG

    def _draw_suspended(self, visit: Visit, now: float) -> View:
        del visit, now
        return suspended(self._frame.palette, self._frame.account.username)
