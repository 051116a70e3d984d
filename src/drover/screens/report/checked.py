"""The contact sheet of a check: what every screen shows, and every kept frame, with what is wrong first."""

from drover.devices.frame import Frame
from drover.screens.check.claims import Look
from drover.screens.check.outcome import CheckOutcome, FrameCheck
from drover.screens.domain import Identification, Registry
from drover.screens.matching.agreement import ENOUGH
from drover.screens.report.cards import CardMaker, standing_of
from drover.screens.report.sheet import Card, Note, Sheet, Standing
from drover.screens.report.wording import counted


class CheckSheet:
    """Gathers cards while a registry is checked, as its spectator. `frames` is about how many there will be."""

    def __init__(self, registry: Registry, frames: int) -> None:
        variants = sum(len(screen.variants) for screen in registry.screens.values())
        self._maker = CardMaker(registry, variants + frames)
        self._cards: list[Card] = []

    def looked(self, look: Look) -> None:
        """Take what a variant of a screen shows."""
        if look.frame is None:
            return
        others = sorted({screen.key for screen, _ in look.claimants})
        good = look.recognised and not others
        reason = "claimed by itself alone"
        if others:
            own = [look.screen.key] if look.recognised else []
            reason = f"claimed by {' and '.join([*own, *others])}"
        elif not good:
            reason = "not recognised as itself"
        self._cards.append(
            self._maker.card(
                f"{look.screen.key} · {look.variant.name}",
                look.frame,
                Identification(look.screen, look.variant, reason),
                standing=Standing.PASSED if good else Standing.FAILED,
                checks=look.own,
                hint="" if good else "give each screen a region that the others do not have",
                facts=(("what", "the screen's own picture"), *_impostor(look)),
            )
        )

    def judged(self, check: FrameCheck, frame: Frame, found: Identification) -> None:
        """Take a kept frame."""
        wanted = check.expected.screen if check.expected is not None else None
        checks = self._maker.expected(frame, wanted) if wanted is not None and not check.right else ()
        must = () if check.expected is None else (("must be", wanted or "unknown"), ("is", check.screen or "unknown"))
        card = self._maker.card(
            check.file,
            frame,
            found,
            standing=_standing(check, found),
            checks=checks,
            hint="" if check.right or check.conflict else "mend the screen's regions, or the frame's name",
            facts=(("what", "a kept frame"), *must),
        )
        self._cards.append(card)

    def sheet(self, outcome: CheckOutcome, subject: str) -> Sheet:
        """Return the whole sheet."""
        grave = sum(finding.grave for finding in outcome.findings)
        verdict = f"{counted(grave, 'thing')} to be mended" if grave else "The registry is good"
        told = [Note(each.where, each.reason, each.hint, grave=each.grave) for each in outcome.findings]
        tiles = [("Screens", str(outcome.screens), counted(outcome.variants, "variant"))]
        if outcome.frames:
            right = sum(check.right for check in outcome.frames)
            tiles.append(("Frames right", str(right), f"of {len(outcome.frames)}"))
        tiles += [("To be mended", str(grave), ""), ("Warnings", str(len(told) - grave), "")]
        if outcome.compared is not None:
            changes = outcome.compared.changes
            harmful = sum(change.harmful for change in changes)
            tiles.append(("Frames changed", str(len(changes)), f"{harmful} to their harm"))
            told += [Note(each.file, _changed(str(each), each.file), grave=each.harmful) for each in changes]
        return Sheet("screens check", subject, verdict, outcome.good, tuple(self._cards), tuple(told), tuple(tiles))


def _standing(check: FrameCheck, found: Identification) -> Standing:
    if not check.right:
        return Standing.FAILED
    return Standing.PASSED if check.expected is not None else standing_of(found)


def _impostor(look: Look) -> tuple[tuple[str, str], ...]:
    if look.closest is None:
        return ()
    margin = ENOUGH - look.closest.correlation
    return (
        ("closest impostor", f"{look.closest.screen} ({look.closest.variant}) {look.closest.correlation:.2f}"),
        ("margin", f"{margin:.2f}"),
    )


def _changed(line: str, file: str) -> str:
    return "changed its screen: " + line.removeprefix(f"{file}: ")
