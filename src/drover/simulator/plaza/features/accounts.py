"""Accounts and slots: the switcher, settings, the list of slots, logging out."""

from collections.abc import Mapping

from drover.simulator.plaza.feature import Act, Page, Visit
from drover.simulator.plaza.frame import Frame
from drover.simulator.plaza.pages.about import about
from drover.simulator.plaza.pages.account_switcher import Login, account_switcher
from drover.simulator.plaza.pages.log_out import log_out
from drover.simulator.plaza.pages.settings import SettingsModel, settings
from drover.simulator.plaza.pages.slots import LIST, SlotRow, SlotsModel, reach, slots
from drover.simulator.plaza.store import MAX_ACCOUNTS, SLOTS, Slot
from drover.simulator.windowing.view import View


class Accounts:
    """Changes the account or the slot in use; implements `Feature`."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._wanted_slot = 0
        self.pages: Mapping[str, Page] = {
            "plaza.account_switcher": Page(self._draw_switcher),
            "plaza.settings": Page(self._draw_settings),
            "plaza.about": Page(lambda _visit, _now: about(frame.palette)),
            "plaza.log_out": Page(lambda _visit, _now: log_out(frame.palette, frame.account.username)),
            "plaza.slots": Page(
                self._draw_slots, load="page", kept=True, area=LIST, reach=lambda _visit, _now: reach(SLOTS)
            ),
        }
        self.acts: Mapping[str, Act] = {
            "switch_account": lambda number, now: frame.use_account(int(number), now),
            "add_account": self._add_account,
            "log_out": self._log_out,
            "toggle_notifications": self._toggle_notifications,
            "use_slot": self._use_slot,
        }

    def _draw_switcher(self, visit: Visit, now: float) -> View:
        del visit, now
        slot = self._frame.slot
        logins = tuple(Login(each.name, each.username, each is slot.account) for each in slot.logged_in)
        return account_switcher(self._frame.palette, logins)

    def _add_account(self, _: str, now: float) -> None:
        if self._frame.slot.full:
            self._frame.uncover(now)
            self._frame.notify(f"Up to {MAX_ACCOUNTS} accounts can be logged in", now)
        else:
            self._frame.go("plaza.login", now)

    def _log_out(self, _: str, now: float) -> None:
        self._frame.slot.log_out()
        self._frame.restart(now)

    def _draw_settings(self, visit: Visit, now: float) -> View:
        del visit, now
        account = self._frame.account
        model = SettingsModel(account.username, self._frame.store.number, account.notifications)
        return settings(self._frame.palette, model)

    def _toggle_notifications(self, _: str, now: float) -> None:
        del now
        self._frame.account.notifications = not self._frame.account.notifications

    def _draw_slots(self, visit: Visit, now: float) -> View:
        store = self._frame.store
        rows = tuple(_row(number, store.slots.get(number), store.number) for number in range(1, SLOTS + 1))
        step = visit.spinner(now) if visit.loading(now) else None
        return slots(self._frame.palette, SlotsModel(rows, visit.scroll.offset(now), step, visit.busy_step(now)))

    def _use_slot(self, number: str, now: float) -> None:
        """Change to another slot after a while; the one in use is left as it is by a tap on it."""
        if int(number) == self._frame.store.number:
            self._frame.perform("back", now)
            return
        self._wanted_slot = int(number)
        self._frame.send("restart", now, self._restart)

    def _restart(self, now: float) -> None:
        self._frame.store.number = self._wanted_slot
        self._frame.restart(now)


def _row(number: int, slot: Slot | None, used: int) -> SlotRow:
    usernames = () if slot is None else tuple(account.username for account in slot.logged_in)
    return SlotRow(number, usernames, number == used)
