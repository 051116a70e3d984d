"""One variant of a screen against a frame: what passed and what failed, with figures and a sentence for a person."""

from dataclasses import dataclass

from drover.screens.domain import Action, RegionCheck, Screen, Variant
from drover.screens.matching.agreement import CONTRAST, ENOUGH, MAX_BRIGHTNESS, Agreement, nowhere
from drover.screens.matching.further import Further, outside
from drover.screens.matching.template import Template
from drover.screens.matching.view import View, Views
from drover.screens.regions import Anchor, Region

Checks = tuple[RegionCheck, ...]
UNWANTED = "must not be there, but is"


@dataclass(frozen=True, slots=True)
class Probe:
    """One region to check, with its prepared template."""

    region: Region
    template: Template

    def passes(self, agreement: Agreement) -> bool:
        """Whether the picture is as it must be, given how it agrees.

        Where a picture with a text must not be there, the picture alone may be: its text tells.
        """
        if self.region.absent:
            return not agreement.trace or self.region.text is not None
        return agreement.good


class Candidate:
    """One variant of one screen, ready to be checked: its pictures first, and where they pass what costs more.

    Rectangles are in pixels of `reference`.
    """

    def __init__(self, screen: Screen, variant: Variant) -> None:
        self.screen = screen
        self.variant = variant
        self.reference = screen.reference_of(variant)
        self.probes = tuple(Probe(r, Template.of(r.crop, r.rect, variant.masks)) for r in variant.regions)
        self._cheapest_first = sorted(self.probes, key=_cost)
        self._further = Further(screen, variant)

    def match(self, views: Views) -> Checks | None:
        """Return the checks where every region passes, else None: it stops at the first that does not.

        Raises TextNotRead.
        """
        if not views.at(self.reference).comparable:
            return None
        if not all(probe.passes(self._quick(probe, views)) for probe in self._cheapest_first):
            return None
        seen = [self._quick(probe, views) for probe in self.probes]
        checks = self._pictures(views, seen)
        for stage in self._further.stages(views, seen):
            if not all(check.passed for check in stage):
                return None
            checks += stage
        return tuple(checks)

    def passing(self, views: Views, likeliest: Probe | None = None) -> int:
        """Return how many of the pictures pass; none where the likeliest one, where that is known, does not."""
        if not views.at(self.reference).comparable:
            return 0
        if likeliest is not None and not likeliest.passes(self._quick(likeliest, views)):
            return 0
        return sum(probe.passes(self._quick(probe, views)) for probe in self.probes)

    def checks(self, views: Views) -> Checks:
        """Return how every region fares, with the figures of the best place.

        What costs more than what failed is not checked, and left out. Raises TextNotRead.
        """
        seen = [self._best(probe.template, probe.region.anchor, views) for probe in self.probes]
        checks = self._pictures(views, seen)
        further = self._further.stages(views, seen)
        while all(check.passed for check in checks):
            stage = next(further, None)
            if stage is None:
                break
            checks += stage
        return tuple(checks)

    def check_action(self, views: Views, action: Action) -> RegionCheck | None:
        """Return how one of the variant's actions fares; None for one without a crop, if it lies on the frame."""
        view = views.at(self.reference, action.anchor)
        if action.crop is not None:
            template = Template.of(action.crop, action.rect)
            agreement = self._best(template, action.anchor, views)
        elif view.comparable and view.holds(action.rect):
            return None
        else:
            agreement = nowhere(action.rect)
        return self._check(action.name, view, agreement, passed=view.comparable and agreement.good)

    def _quick(self, probe: Probe, views: Views) -> Agreement:
        view = views.at(self.reference, probe.region.anchor)
        template = probe.template.fitting(view)
        return template.best(view) if probe.region.absent else template.quick(view)  # the quick one overlooks a trace

    def _best(self, template: Template, anchor: Anchor, views: Views) -> Agreement:
        view = views.at(self.reference, anchor)
        return template.fitting(view).best(view) if view.comparable else nowhere(template.rect)

    def _pictures(self, views: Views, seen: list[Agreement]) -> list[RegionCheck]:
        checks: list[RegionCheck] = []
        for probe, agreement in zip(self.probes, seen, strict=True):
            region, view = probe.region, views.at(self.reference, probe.region.anchor)
            passed = view.comparable and probe.passes(agreement)
            checks.append(self._check(region.name, view, agreement, passed=passed, absent=region.absent))
        return checks

    def _check(self, name: str, view: View, agreement: Agreement, *, passed: bool, absent: bool = False) -> RegionCheck:
        return RegionCheck(
            screen=self.screen.key,
            variant=self.variant.name,
            region=name,
            passed=passed,
            correlation=agreement.correlation,
            brightness=agreement.brightness,
            contrast=agreement.contrast,
            found_at=view.in_frame(agreement.rect),
            why="" if passed else _why(view, agreement, absent=absent),
        )


def _cost(probe: Probe) -> tuple[bool, int]:
    """Order probes by what their comparison takes: what must be absent is looked for, whatever is there."""
    rect = probe.region.rect
    return probe.region.absent, rect.width * rect.height


def _why(view: View, agreement: Agreement, *, absent: bool) -> str:
    if not view.comparable:
        seen, reference = view.frame.size, view.reference
        return (
            f"the frame is {seen.width}x{seen.height}, of another shape than {reference.width}x{reference.height}: "
            "the phone may be rotated"
        )
    if absent:
        return UNWANTED
    if not view.holds(agreement.rect):
        return outside(view)
    if agreement.correlation < ENOUGH:
        return f"looks different (correlation {agreement.correlation:.2f}, needs {ENOUGH:.2f})"
    if abs(agreement.brightness) > MAX_BRIGHTNESS:
        direction = "darker" if agreement.brightness < 0 else "brighter"
        levels = f"{abs(agreement.brightness):.0f} grey levels"
        return f"is {direction} than expected by {levels} (at most {MAX_BRIGHTNESS:.0f} are allowed)"
    return f"has {agreement.contrast:.2f} times the expected contrast (needs {CONTRAST[0]:.2f} to {CONTRAST[1]:.2f})"


def sentence(check: RegionCheck) -> str:
    """Return what is wrong with a failed region, naming it: `plaza.feed: region 'title' looks different (...)`."""
    return f"{check.screen}: region '{check.region}' {check.why}"
