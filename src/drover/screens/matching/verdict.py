"""Regions and actions of one variant against a frame: passed or failed, with figures and a sentence for a person."""

from dataclasses import dataclass

from drover.screens.domain import Action, Crop, Region, RegionCheck, Screen, Variant
from drover.screens.matching.agreement import CONTRAST, ENOUGH, MAX_BRIGHTNESS, Agreement
from drover.screens.matching.template import Template
from drover.screens.matching.view import View, Views


@dataclass(frozen=True, slots=True)
class Probe:
    """One region to check, with its prepared template."""

    region: Region
    template: Template

    def passes(self, agreement: Agreement) -> bool:
        """Whether the region is as it must be, given how it agrees."""
        return agreement.good != self.region.absent


class Candidate:
    """One variant of one screen, ready to be checked."""

    def __init__(self, screen: Screen, variant: Variant) -> None:
        self.screen = screen
        self.variant = variant
        self.probes = tuple(Probe(r, Template(r.crop.gray, r.rect, variant.masks)) for r in variant.regions)
        self._cheapest_first = sorted(self.probes, key=lambda probe: probe.template.gray.size)
        self._actions: dict[str, Template] = {}

    def match(self, views: Views) -> tuple[RegionCheck, ...] | None:
        """Return the checks where every region passes, else None: it stops at the first that does not."""
        view = views.at(self.screen.reference)
        if not view.comparable:
            return None
        if not all(probe.passes(probe.template.fitting(view).quick(view)) for probe in self._cheapest_first):
            return None
        return tuple(
            self._check(view, probe.region.name, probe.template.fitting(view).quick(view), absent=probe.region.absent)
            for probe in self.probes
        )

    def passing(self, views: Views) -> int:
        """Return how many of the regions pass."""
        view = views.at(self.screen.reference)
        return (
            sum(probe.passes(probe.template.fitting(view).quick(view)) for probe in self.probes)
            if view.comparable
            else 0
        )

    def checks(self, views: Views) -> tuple[RegionCheck, ...]:
        """Return how every region fares, with the figures of the best place."""
        view = views.at(self.screen.reference)
        return tuple(
            self._check(view, probe.region.name, _best(probe.template, view), absent=probe.region.absent)
            for probe in self.probes
        )

    def check_action(self, views: Views, action: Action, crop: Crop) -> RegionCheck:
        """Return how the crop of one of the variant's actions fares."""
        template = self._actions.get(action.name)
        if template is None or template.gray is not crop.gray:
            template = self._actions[action.name] = Template(crop.gray, action.rect)
        view = views.at(self.screen.reference)
        return self._check(view, action.name, _best(template, view), absent=False)

    def _check(self, view: View, name: str, agreement: Agreement, *, absent: bool) -> RegionCheck:
        passed = view.comparable and agreement.good != absent
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


def _best(template: Template, view: View) -> Agreement:
    return template.fitting(view).best(view) if view.comparable else Agreement(0.0, 0.0, 0.0, template.rect)


def _why(view: View, agreement: Agreement, *, absent: bool) -> str:
    if not view.comparable:
        seen, wanted = view.frame.size, view.reference
        return (
            f"the frame is {seen.width}x{seen.height}, of another shape than {wanted.width}x{wanted.height}: "
            "the phone may be rotated"
        )
    if absent:
        return "must not be there, but is"
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
