"""The contact sheet of frames that were identified: those that two screens claim and near misses first."""

from drover.devices.frame import Frame
from drover.screens.domain import Identification, Registry
from drover.screens.identify import FrameAnswer
from drover.screens.report.cards import CardMaker, standing_of
from drover.screens.report.sheet import Card, Note, Sheet, Standing, counts


class IdentifySheet:
    """Gathers cards while frames are identified. `frames` is how many there will be."""

    def __init__(self, registry: Registry, frames: int) -> None:
        self._maker = CardMaker(registry, frames)
        self._cards: list[Card] = []
        self._notes: list[Note] = []

    def answered(self, answer: FrameAnswer, frame: Frame, found: Identification) -> None:
        """Take a frame and what it is."""
        facts = (("CPU", f"{answer.ms:.1f} ms"),)
        standing = standing_of(found)
        self._cards.append(self._maker.card(answer.file, frame, found, standing=standing, facts=facts))

    def refused(self, answer: FrameAnswer) -> None:
        """Take a file that could not be used."""
        self._notes.append(Note(answer.file, answer.error, answer.hint))

    def sheet(self, subject: str) -> Sheet:
        """Return the whole sheet."""
        found = counts(self._cards)
        known, conflicts = found.get(Standing.PASSED, 0), found.get(Standing.FAILED, 0)
        near, unknown = found.get(Standing.NEAR, 0), found.get(Standing.UNKNOWN, 0)
        wrong = conflicts + len(self._notes)
        verdict = f"{known} of {len(self._cards)} frames are known screens"
        tiles = (
            ("Known", str(known), f"of {len(self._cards)}"),
            ("Claimed by two screens", str(conflicts), ""),
            ("Unknown", str(near + unknown), f"{near} nearly known"),
            ("Not readable", str(len(self._notes)), ""),
        )
        return Sheet("screens identify", subject, verdict, not wrong, tuple(self._cards), tuple(self._notes), tiles)
