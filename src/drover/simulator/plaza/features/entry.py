"""The way in: onboarding and login."""

from collections.abc import Mapping

from drover.simulator.plaza.feature import Act, Page, Visit
from drover.simulator.plaza.frame import FIRST_PAGES, Frame
from drover.simulator.plaza.pages.login import LoginModel, login
from drover.simulator.plaza.pages.onboarding import ONBOARDING, onboarding
from drover.simulator.windowing.form import Field, Form
from drover.simulator.windowing.view import View

_LOGIN_MISSING = "Enter your username and password"


class Entry:
    """Onboarding once per slot, then the login; implements `Feature`."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self.pages: Mapping[str, Page] = {
            **{name: Page(self._draw_onboarding) for name in ONBOARDING},
            "plaza.login": Page(self._draw_login, entered=self._enter_login, submit="log_in"),
        }
        self.acts: Mapping[str, Act] = {
            "finish_onboarding": self._finish_onboarding,
            "log_in": self._log_in,
        }

    def _draw_onboarding(self, visit: Visit, now: float) -> View:
        del now
        return onboarding(self._frame.palette, visit.page)

    def _finish_onboarding(self, _: str, now: float) -> None:
        self._frame.slot.onboarded = True
        self._frame.go("plaza.login", now)

    def _enter_login(self, visit: Visit) -> None:
        visit.form = Form({"username": Field(limit=30), "password": Field()})

    def _draw_login(self, visit: Visit, now: float) -> View:
        form, entries = visit.form, visit.form.entries
        fields = (entries["username"], entries["password"], form.focus, self._frame.caret(now))
        return login(self._frame.palette, LoginModel(*fields, visit.error, visit.busy_step(now)))

    def _log_in(self, _: str, now: float) -> None:
        visit = self._frame.visit
        if not visit.form.text("username").strip() or not visit.form.text("password"):
            visit.error = _LOGIN_MISSING
            return
        self._frame.send("login", now, self._logged_in)

    def _logged_in(self, now: float) -> None:
        account = self._frame.slot.log_in(self._frame.form.text("username").strip())
        self._frame.go(FIRST_PAGES[account.standing], now)
