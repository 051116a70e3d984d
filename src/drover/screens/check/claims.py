"""Who claims what a screen shows: every variant's picture, put before all screens of the registry."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from drover.devices.frame import Frame
from drover.screens.check.shown import shown
from drover.screens.domain import RegionCheck, Registry, Screen, ScreenKind, Variant
from drover.screens.matching.index import Hit, Index
from drover.screens.matching.verdict import Candidate
from drover.screens.matching.view import Views
from drover.screens.ocr import RapidOcrReader, TextReader
from drover.screens.regions import ExpectedText, NodeQuery

_RIVALS = 3
"""How many of the screens most alike are compared for the closest impostor."""

Unseen = set[tuple[NodeQuery | ExpectedText, bool]]
"""What is asked for beside pictures and colours, and whether it must be absent."""


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
    closest: Impostor | None = None

    def without_frame(self) -> "Look":
        """Return it without its pixels, to be kept."""
        return replace(self, frame=None)


def looks(registry: Registry, reader: TextReader | None = None, *, impostors: bool = False) -> Iterator[Look]:
    """Yield a look for each variant, in the registry's order; with `impostors` also the closest one, for its price.

    A state that is still seen around an interrupt claims nothing: interrupts are looked for first. There is no UI tree
    here, and print is not read off small pictures: a rival that asks for an element or for such a text claims only what
    asks for the same. Raises BadPicture for a variant's picture that is broken, which a loaded registry does not have,
    and TextNotRead.
    """
    contestants = [Contestant(screen, variant) for screen in registry.screens.values() for variant in screen.variants]
    index = Index([each.bare for each in contestants])
    known = {id(each.bare): each for each in contestants}
    reading = reader or RapidOcrReader()
    for contestant in contestants:
        look, views, rivals = _look(contestant, index, known, reading)
        yield replace(look, closest=_closest(rivals, views)) if impostors else look


class Contestant:
    """A variant, ready to be put before what others show: `bare` of all that is not seen on a picture.

    `whole` has its texts too.
    """

    def __init__(self, screen: Screen, variant: Variant) -> None:
        self.screen = screen
        self.variant = variant
        regions = tuple(replace(region, text=None) for region in variant.regions)
        self.bare = Candidate(screen, replace(variant, regions=regions, texts=(), nodes=()))
        self.whole = Candidate(screen, replace(variant, nodes=())) if _texts(variant) else self.bare

    def judged(self, *, legible: bool) -> Candidate:
        """Return what of it can be judged."""
        return self.whole if legible else self.bare

    def unjudged(self, *, legible: bool) -> Unseen:
        """Return what of it cannot: elements of the UI tree, and texts that are not legible."""
        nodes: Unseen = {(node.node, node.absent) for node in self.variant.nodes}
        return nodes if legible else nodes | _texts(self.variant)


def _texts(variant: Variant) -> Unseen:
    in_pictures: Unseen = {(region.text, region.absent) for region in variant.regions if region.text is not None}
    return in_pictures | {(text.text, text.absent) for text in variant.texts}


def _look(
    contestant: Contestant, index: Index, known: Mapping[int, Contestant], reader: TextReader
) -> tuple[Look, Views, list[Hit]]:
    """Return the look, with what the index found of rivals."""
    frame, legible = shown(contestant.screen, contestant.variant)
    views = Views(frame, reader=reader)
    own = contestant.judged(legible=legible)
    hits = [hit for hit in index.look_up(views) if _rivals(hit.candidate.screen, contestant.screen)]
    claimants = [
        rival
        for rival in (known[id(hit.candidate)] for hit in hits if hit.impossible == 0)
        if _told(rival, contestant, legible=legible) and rival.judged(legible=legible).match(views) is not None
    ]
    matched = own.match(views)
    look = Look(
        screen=contestant.screen,
        variant=contestant.variant,
        frame=frame,
        recognised=matched is not None,
        own=own.checks(views) if matched is None else matched,
        claimants=tuple((rival.screen, rival.variant) for rival in claimants),
    )
    return look, views, hits


def _rivals(claimant: Screen, shown: Screen) -> bool:
    """Whether a claim of one on what the other shows would be wrong."""
    return claimant.key != shown.key and not (claimant.kind is ScreenKind.STATE and shown.kind is ScreenKind.INTERRUPT)


def _told(claimant: Contestant, shown: Contestant, *, legible: bool) -> bool:
    """Whether it is known what is shown where the claimant asks for something that a picture does not tell."""
    known = {probe.region.rect for probe in shown.bare.probes}
    places = {probe.region.rect for probe in claimant.bare.probes if probe.region.absent}
    pictured = bool(shown.variant.picture) or places <= known
    return pictured and claimant.unjudged(legible=legible) <= shown.unjudged(legible=legible)


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
