"""Who claims what a screen shows: every variant's picture, put before all screens of the registry."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from drover.devices.frame import Frame
from drover.screens.check.shown import shown
from drover.screens.domain import RegionCheck, Registry, Screen, ScreenKind, Variant
from drover.screens.matching.index import Hit, Index
from drover.screens.matching.verdict import Candidate
from drover.screens.matching.view import Views

_RIVALS = 3
"""How many of the screens most alike are compared for the closest impostor."""


@dataclass(frozen=True, slots=True)
class Impostor:
    """The screen that comes closest to claiming another one's picture.

    `correlation` is that of its worst region there: what keeps it apart.
    """

    screen: str
    variant: str
    correlation: float


@dataclass(frozen=True, slots=True)
class Look:
    """What a variant shows, and who claims it: `claimants` are others that may be meant where it is shown.

    `own` are the checks of its own regions on it; `recognised` says whether they all pass. `frame` is None once it was
    looked at: frames are large.
    """

    screen: Screen
    variant: Variant
    frame: Frame | None
    recognised: bool
    own: tuple[RegionCheck, ...]
    claimants: tuple[tuple[Screen, Variant], ...]
    closest: Impostor | None

    def without_frame(self) -> "Look":
        """Return it without its pixels, to be kept."""
        return replace(self, frame=None)


def looks(registry: Registry) -> Iterator[Look]:
    """Yield a look for each variant, in the registry's order.

    A state that is still seen around an interrupt claims nothing: interrupts are looked for first. What only the UI
    tree tells is not judged here: there is none. Raises BadPicture for a variant's picture that is broken, which a
    loaded registry does not have.
    """
    candidates = [Candidate(screen, variant) for screen in registry.screens.values() for variant in screen.variants]
    index = Index(candidates)
    for candidate in candidates:
        yield _look(candidate, index)


def _look(candidate: Candidate, index: Index) -> Look:
    frame = shown(candidate.screen, candidate.variant)
    views = Views(frame)
    hits = [hit for hit in index.look_up(views) if _rivals(hit.candidate.screen, candidate.screen)]
    possible = [hit.candidate for hit in hits if hit.impossible == 0 and _known(hit.candidate, candidate)]
    claimants = [rival for rival in possible if rival.match(views) is not None]
    return Look(
        screen=candidate.screen,
        variant=candidate.variant,
        frame=frame,
        recognised=candidate.match(views) is not None,
        own=candidate.checks(views),
        claimants=tuple((rival.screen, rival.variant) for rival in claimants),
        closest=_closest(hits, views),
    )


def _rivals(claimant: Screen, shown: Screen) -> bool:
    """Whether a claim of one on what the other shows would be wrong."""
    return claimant.key != shown.key and not (claimant.kind is ScreenKind.STATE and shown.kind is ScreenKind.INTERRUPT)


def _known(claimant: Candidate, shown: Candidate) -> bool:
    """Whether it is known what is shown where the claimant wants something absent."""
    known = {probe.region.rect for probe in shown.probes}
    return bool(shown.variant.picture) or all(
        probe.region.rect in known for probe in claimant.probes if probe.region.absent
    )


def _closest(hits: Sequence[Hit], views: Views) -> Impostor | None:
    """Return the nearest of the few rivals that the index finds most alike, by the region that it fails most at."""
    likely = sorted(hits, key=lambda hit: -hit.likeness / max(1, len(hit.candidate.probes)))[:_RIVALS]
    impostors = [
        Impostor(
            hit.candidate.screen.key,
            hit.candidate.variant.name,
            min(check.correlation for check in hit.candidate.checks(views)),
        )
        for hit in likely
    ]
    return max(impostors, key=lambda impostor: impostor.correlation, default=None)
