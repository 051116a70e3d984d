"""One's own profile, and editing it."""

from collections.abc import Mapping

from drover.simulator.plaza.feature import Act, Page, Visit
from drover.simulator.plaza.features.figures import own_numbers
from drover.simulator.plaza.frame import Frame
from drover.simulator.plaza.pages.edit_profile import EditModel, edit_profile
from drover.simulator.plaza.pages.gender import gender
from drover.simulator.plaza.pages.profile import Arrival, ProfileModel, profile
from drover.simulator.plaza.pages.rings import Ring
from drover.simulator.windowing.form import Field, Form
from drover.simulator.windowing.view import View

_NAME_MISSING = "Enter a name"


class Profile:
    """Shows the active account's profile and saves changes of it; implements `Feature`."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._gender = ""
        self.pages: Mapping[str, Page] = {
            "plaza.profile": Page(
                self._draw_profile, load="profile", rest="profile_rest", kept=True, entered=self._enter_profile
            ),
            "plaza.edit_profile": Page(self._draw_edit, entered=self._enter_edit, waits=True),
            "plaza.gender": Page(lambda _visit, _now: gender(frame.palette, self._gender)),
        }
        self.acts: Mapping[str, Act] = {"choose": self._choose, "save": self._save}

    def _enter_profile(self, visit: Visit) -> None:
        self._frame.surprise_after("update", visit)

    def _draw_profile(self, visit: Visit, now: float) -> View:
        arrival = Arrival.ALL if visit.whole(now) else Arrival.HEAD
        arrival = Arrival.NOTHING if visit.loading(now) else arrival
        account = self._frame.account
        shown = (account.name, account.username, account.bio, own_numbers(self._frame), self._rings())
        return profile(self._frame.palette, ProfileModel(*shown, arrival, visit.spinner(now)))

    def _rings(self) -> tuple[Ring, ...]:
        """Return the highlights, the newest first, after the ring that makes a new one."""
        shelf = self._frame.account.shelf
        kept = [Ring(each.name, photo=shelf.stories[each.stories[0]].picture.seed) for each in shelf.highlights]
        return (Ring("New", empty=True), *reversed(kept))

    def _enter_edit(self, visit: Visit) -> None:
        account = self._frame.account
        self._gender = account.gender
        visit.form = Form(
            {
                "name": Field(account.name, 40),
                "username": Field(account.username, 30),
                "bio": Field(account.bio, 150, many_lines=True),
            }
        )

    def _draw_edit(self, visit: Visit, now: float) -> View:
        form = visit.form
        shown = (self._gender, self._frame.account.name, form.focus, self._frame.caret(now))
        model = EditModel(tuple(form.entries.items()), *shown, visit.error, visit.busy_step(now))
        return edit_profile(self._frame.palette, model)

    def _choose(self, chosen: str, now: float) -> None:
        self._frame.uncover(now)
        self._gender = chosen

    def _save(self, _: str, now: float) -> None:
        visit = self._frame.visit
        if not visit.form.text("name").strip():
            visit.error = _NAME_MISSING
            return
        self._frame.send("save", now, self._saved)

    def _saved(self, now: float) -> None:
        account = self._frame.account
        texts = {name: entry.text.strip() for name, entry in self._frame.form.entries.items()}
        self._frame.go("plaza.profile", now, "backward")
        account.save_profile(texts["name"], texts["username"] or account.username, texts["bio"], self._gender)
        self._frame.notify("Profile saved", now)
