"""Choosing regions for one look of a screen."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from drover.devices.frame import Frame
from drover.devices.geometry import Rect
from drover.screens.domain import ScreenKind
from drover.screens.learning.anchoring import anchor_of, bottom_bar
from drover.screens.learning.changes import changed, difference_sentence, differing
from drover.screens.learning.choice import Choice, Chosen, Confuser, Rejected
from drover.screens.learning.field import Field
from drover.screens.learning.judge import GOAL, LEAST_MARGIN, Judged, findable, surely_failed, worn
from drover.screens.learning.picking import Margins, Numbers, pick
from drover.screens.learning.places import places, places_in
from drover.screens.learning.rivals import Rivals
from drover.screens.learning.setting_apart import Pair, absent_part, tinted_part
from drover.screens.learning.small import overlap, small, status_bar
from drover.screens.matching.view import Views
from drover.screens.pictures import crop_of, to_gray
from drover.screens.regions import Crop, Region, TintRegion

MOST_REGIONS = 3
_MOST_EXTRA = 4
_DIES = "does not survive a capture of another width or quality"
_SHINES_THROUGH = 0.85
"""Correlation with another screen's picture, however bright, of what is seen behind an interrupt."""


def choose(
    captures: Sequence[Frame],
    rivals: Rivals,
    *,
    key: str = "",
    kind: ScreenKind = ScreenKind.STATE,
    most: int = MOST_REGIONS,
) -> Choice:
    """Return what identifies the look that the captures show, against all rivals but those of the screen `key` itself.

    The first capture is the reference; the others show the same look and have its shape. Up to `most` pictures that
    must be there are chosen; where they do not suffice, pictures that must be absent and tints take the place of some,
    and come on top only where nothing else tells it from all rivals. States need not be told from interrupts, which
    are looked for first. Raises ValueError without captures.
    """
    if not captures:
        message = "there is no capture to choose regions from"
        raise ValueError(message)
    return _Chooser(captures, rivals, key, kind).choose(most)


class _Chooser:
    """Chooses once."""

    def __init__(self, captures: Sequence[Frame], rivals: Rivals, key: str, kind: ScreenKind) -> None:
        self._captures = captures
        self._first = captures[0]
        self._kind = kind
        self._smalls = [small(capture) for capture in captures]
        self._changes = changed(self._smalls, behind=kind is ScreenKind.INTERRUPT)
        self._own = [Views(capture) for capture in captures]
        self._worn = [Views(capture) for capture in worn(self._first)]
        self._field = Field(self._smalls[0], rivals, key, kind)
        self._gray = to_gray(self._first.pixels)
        self._bar = bottom_bar(self._smalls[0])
        self._rejected: list[Rejected] = []
        self._shining: dict[Judged, str] = {}

    def choose(self, most: int) -> Choice:
        pool = self._everywhere()
        if not pool and not self._shining:  # lines of a single pixel do not survive half a pixel of shift: better those
            self._rejected.clear()
            self._worn = [Views(capture) for capture in worn(self._first, moved_by=0.0)]
            pool = self._everywhere()
        if pool:
            self._rejected += [Rejected(each.region.rect, why) for each, why in self._shining.items()]
        else:
            pool = list(self._shining)
        rects = [judged.region.rect for judged in pool]
        rows = pick(self._field.margins(pool), self._field.hard, rects, self._first.size, most)
        picked = [pool[row] for row in rows]
        extra, by_extra = self._set_apart(picked)
        chosen = sorted(self._few(picked, by_extra, most - len(extra)), key=lambda judged: judged.region.rect.y1)
        left = [judged for judged in pool if judged not in chosen]
        self._rejected += [Rejected(each.region.rect, self._why_left(each)) for each in left]
        return self._concluded(chosen, extra, np.maximum(self._kept_off(chosen), by_extra))

    def _everywhere(self) -> list[Judged]:
        pool = self._pool(places(self._first))
        return pool + self._pool(self._where_rivals_differ(pool))

    def _pool(self, rects: Iterable[Rect]) -> list[Judged]:
        """Return the places that can be used, after seeing how they fare."""
        steady = self._findable([judged for judged in map(self._judged, rects) if self._is_steady(judged)])
        self._field.look(steady)
        return self._in_front(steady)

    def _judged(self, rect: Rect) -> Judged:
        crop = Crop(self._gray[rect.y1 : rect.y2, rect.x1 : rect.x2], b"")
        anchor = anchor_of(rect, self._first.size, self._kind, self._bar)
        return Judged(Region("", rect, crop, anchor=anchor), self._first.size)

    def _is_steady(self, judged: Judged) -> bool:
        rect = judged.region.rect
        reason = ""
        if any(overlap(rect, change) for change in self._changes):
            reason = "lies where the captures differ"
        elif not all(judged.steady(views) for views in self._own):
            reason = "is not the same in every capture"
        elif not all(judged.steady(views) for views in self._worn):
            reason = _DIES
        if reason:
            self._rejected.append(Rejected(rect, reason))
        return not reason

    def _findable(self, steady: Sequence[Judged]) -> list[Judged]:
        """Return the places that the matcher's index finds on the worn frames too."""
        found = set(steady).intersection(*(findable(steady, views) for views in self._worn))
        self._rejected += [Rejected(each.region.rect, _DIES) for each in steady if each not in found]
        return [judged for judged in steady if judged in found]

    def _in_front(self, steady: Sequence[Judged]) -> list[Judged]:
        """Return, of an interrupt, what is not seen on a state too: the screen behind it shines through."""
        if self._kind is ScreenKind.STATE:
            return list(steady)
        behind = {judged: self._behind(judged) for judged in steady}
        self._shining |= {judged: f"shows what is behind: {name}" for judged, name in behind.items() if name}
        return [judged for judged, name in behind.items() if not name]

    def _behind(self, judged: Judged) -> str:
        fared = zip(self._field.others, self._field.fared(judged), strict=True)
        states = [each for rival, each in fared if rival.kind is ScreenKind.STATE]
        return next((each.name for each in states if each.correlation >= _SHINES_THROUGH), "")

    def _where_rivals_differ(self, pool: Sequence[Judged]) -> list[Rect]:
        """Return further places, where the rivals that no place keeps off differ from this screen."""
        best = _best(self._field.margins(pool), len(self._field.others))
        tough = [
            r for r, kept, hard in zip(self._field.others, best, self._field.hard, strict=True) if hard and kept < GOAL
        ]
        known = {judged.region.rect for judged in (*pool, *self._shining)} | {each.rect for each in self._rejected}
        own = self._smalls[0]
        found = [rect for rival in tough for rect in places_in(self._first, differing(own, rival.small))]
        return [rect for rect in dict.fromkeys(found) if rect not in known]

    def _why_left(self, judged: Judged) -> str:
        closest = self._field.nearest(judged)
        if closest is not None and closest.margin < LEAST_MARGIN:
            return f"is on {closest.name} too, or nearly (margin {closest.margin:.2f})"
        return "would tell no more than those chosen"

    def _kept_off(self, chosen: Sequence[Judged]) -> Margins:
        return _best(self._field.margins(chosen), len(self._field.others))

    def _few(self, picked: Sequence[Judged], by_extra: Margins, most: int) -> Sequence[Judged]:
        """Return the first `most` of what was picked, or more where fewer would tell fewer rivals."""
        hard = self._field.hard
        told = np.maximum(self._kept_off(picked), by_extra)[hard] >= LEAST_MARGIN
        for count in range(max(1, most), len(picked)):
            fewer = np.maximum(self._kept_off(picked[:count]), by_extra)[hard] >= LEAST_MARGIN
            if np.array_equal(fewer, told):
                return picked[:count]
        return picked

    def _concluded(self, chosen: Sequence[Judged], extra: Sequence[Judged], kept_off: Margins) -> Choice:
        hard = np.flatnonzero(self._field.hard)
        nearest = int(hard[kept_off[hard].argmin()]) if hard.size else None
        return Choice(
            reference=self._first.size,
            chosen=self._named([*chosen, *extra]),
            masks=(status_bar(self._first.size), *self._changes),
            rejected=tuple(self._rejected),
            confusers=self._confusers(kept_off, hard, nothing=not chosen),
            closest=self._field.others[nearest].name if nearest is not None else "",
            margin=float(kept_off[nearest]) if nearest is not None else 1.0,
        )

    def _set_apart(self, picked: Sequence[Judged]) -> tuple[list[Judged], Margins]:
        """Return what tells the screen from rivals that show all that was picked, and the margins that it gives."""
        found: list[Judged] = []
        kept_off, by_extra = self._kept_off(picked), self._kept_off([])
        if not picked:
            return found, by_extra
        for number in np.flatnonzero(self._field.hard).tolist():
            if kept_off[number] >= LEAST_MARGIN or len(found) == _MOST_EXTRA:
                continue
            rival = self._field.others[number]
            pair = Pair(self._captures, self._smalls[0], self._field.frame(rival), rival.small, self._kind)
            judged = absent_part(pair) or tinted_part(pair)
            if judged is None:
                continue
            found.append(judged)
            for other in np.flatnonzero(self._field.hard & (kept_off < LEAST_MARGIN)).tolist():
                check = judged.check(self._field.views(self._field.others[other]))
                by_extra[other] = max(by_extra[other], GOAL if surely_failed(check) else -1.0)
            kept_off = np.maximum(kept_off, by_extra)
        return found, by_extra

    def _named(self, regions: Sequence[Judged]) -> tuple[Chosen, ...]:
        """Return the regions with their names, and with crops that can be written."""
        chosen: list[Chosen] = []
        for judged in regions:
            region = judged.region
            if isinstance(region, TintRegion):
                tints = sum(isinstance(each.region, TintRegion) for each in chosen)
                chosen.append(Chosen(replace(region, name=f"tint{tints + 1}"), None))
            elif region.absent:
                absent = sum(each.region.absent for each in chosen)
                chosen.append(Chosen(replace(region, name=f"without{absent + 1}"), None))
            else:
                whole = replace(region, name=f"region{len(chosen) + 1}", crop=crop_of(self._first, region.rect))
                chosen.append(Chosen(whole, self._field.closest(judged)))
        return tuple(chosen)

    def _confusers(self, kept_off: Margins, hard: Numbers, *, nothing: bool) -> tuple[Confuser, ...]:
        own = self._smalls[0]
        numbers: list[int] = [] if nothing else hard[kept_off[hard] < LEAST_MARGIN].tolist()
        return tuple(
            Confuser(rival.key, rival.name, float(kept_off[number]), difference_sentence(own, rival.small))
            for number, rival in enumerate(self._field.others)
            if number in numbers
        )


def _best(margins: Margins, count: int) -> Margins:
    """Return, by rival, the margin of the region that tells best; -1 without regions."""
    return margins.max(axis=0, initial=-1.0) if margins.size else np.full(count, -1.0)
