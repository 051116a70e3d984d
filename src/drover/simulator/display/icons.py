"""Icons as data: strokes on a grid of 24 by 24, drawn four times too large and shrunk."""

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

Points = tuple[tuple[float, float], ...]

_GRID = 24
_OVERSAMPLING = 4
_INK, _HOLE = 255, 0


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points with round ends and joints."""

    points: Points
    width: float = 2
    ink: int = _INK


@dataclass(frozen=True, slots=True)
class Area:
    """A filled polygon."""

    points: Points
    ink: int = _INK


@dataclass(frozen=True, slots=True)
class Disc:
    """A disc, or a ring where `width` is given."""

    x: float
    y: float
    radius: float
    width: float = 0
    ink: int = _INK


@dataclass(frozen=True, slots=True)
class Frame:
    """A rounded rectangle; an edge where `width` is given, else filled."""

    x1: float
    y1: float
    x2: float
    y2: float
    radius: float
    width: float = 0
    ink: int = _INK


Stroke = Line | Area | Disc | Frame


def _heart() -> Points:
    turns = [2 * math.pi * step / 48 for step in range(49)]
    return tuple(
        (
            12 + 0.56 * 16 * math.sin(t) ** 3,
            11.2 - 0.56 * (13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)),
        )
        for t in turns
    )


def _star(points: int, outer: float, inner: float) -> Points:
    radii = [outer if step % 2 == 0 else inner for step in range(2 * points)]
    angles = [math.pi * step / points - math.pi / 2 for step in range(2 * points)]
    return tuple((12 + r * math.cos(a), 12 + r * math.sin(a)) for r, a in zip(radii, angles, strict=True))


def _bow(x: float, y: float, radius: float, start: int, end: int) -> Points:
    angles = [math.radians(start + (end - start) * step / 24) for step in range(25)]
    return tuple((x + radius * math.cos(a), y + radius * math.sin(a)) for a in angles)


def _gear() -> tuple[Stroke, ...]:
    teeth = tuple(
        Line(
            (
                (12 + 6.5 * math.cos(a), 12 + 6.5 * math.sin(a)),
                (12 + 9 * math.cos(a), 12 + 9 * math.sin(a)),
            ),
            3,
        )
        for a in (math.pi * step / 4 for step in range(8))
    )
    return (*teeth, Disc(12, 12, 7.4), Disc(12, 12, 3.1, ink=_HOLE))


ICONS: Mapping[str, tuple[Stroke, ...]] = {
    "heart": (Line(_heart(), 2),),
    "heart_full": (Area(_heart()),),
    "comment": (Frame(3, 4, 21, 17, 4, 2), Area(((7, 16), (13, 16), (7, 21.5)))),
    "share": (Line(((21, 3), (10, 14))), Line(((21, 3), (14, 21), (10, 14), (3, 10), (21, 3)))),
    "bookmark": (Line(((6, 3.5), (18, 3.5), (18, 21), (12, 16.5), (6, 21), (6, 3.5))),),
    "home": (Line(((3, 11.5), (12, 3.5), (21, 11.5))), Line(((5.5, 10), (5.5, 20.5), (18.5, 20.5), (18.5, 10)))),
    "home_full": (Area(((2, 12), (12, 2.5), (22, 12), (19.5, 12), (19.5, 21), (14.5, 21), (14.5, 14.5),
                        (9.5, 14.5), (9.5, 21), (4.5, 21), (4.5, 12))),),
    "search": (Disc(10.5, 10.5, 7.5, 2), Line(((16, 16), (21, 21)), 2.2)),
    "person": (Disc(12, 8, 5, 2), Line(_bow(12, 23, 9, 195, 345))),
    "person_full": (Disc(12, 7.8, 5), Area((*_bow(12, 23.4, 9.4, 180, 360),))),
    "close": (Line(((5, 5), (19, 19))), Line(((19, 5), (5, 19)))),
    "back": (Line(((12, 4.5), (4.5, 12), (12, 19.5))), Line(((5, 12), (20, 12)))),
    "check": (Line(((4.5, 12.5), (10, 18), (20, 6.5)), 2.4),),
    "chevron_down": (Line(((5.5, 9), (12, 15.5), (18.5, 9))),),
    "chevron_right": (Line(((9, 5.5), (15.5, 12), (9, 18.5))),),
    "gear": _gear(),
    "bell": (Area((*_bow(12, 10, 6.2, 180, 360), (18.2, 15), (20.5, 18), (3.5, 18), (5.8, 15))), Disc(12, 19.4, 2.3),
             Line(((12, 3), (12, 5)), 2.4)),
    "mail": (Frame(2.5, 5, 21.5, 19, 3, 2), Line(((4, 7.5), (12, 13.2), (20, 7.5)))),
    "image": (Frame(3, 4, 21, 20, 4, 2), Disc(8.5, 9.5, 1.8),
              Line(((4, 18), (10, 12.5), (14, 16), (17, 13.5), (20.5, 17)))),
    "camera": (Frame(2.5, 6.5, 21.5, 20, 3.6), Frame(8, 4, 16, 10, 2),
               Disc(12, 13, 4.4, ink=_HOLE), Disc(12, 13, 2.7)),
    "more": (Disc(5, 12, 1.9), Disc(12, 12, 1.9), Disc(19, 12, 1.9)),
    "plus": (Line(((12, 4), (12, 20)), 2.4), Line(((4, 12), (20, 12)), 2.4)),
    "star": (Area(_star(5, 10, 4.2)),),
    "spark": (Area(_star(4, 10.5, 3)),),
    "signal": (Area(((2, 20), (21, 20), (21, 3))),),
    "wifi": (Area(((12, 21), *_bow(12, 21, 17.5, 228, 312))),),
    "battery": (Frame(6.5, 4, 17.5, 22.5, 2.4), Frame(9.5, 1.8, 14.5, 6, 1), Frame(8.6, 6.2, 15.4, 9, 0.6, ink=_HOLE)),
    "delete": (Area(((1.5, 12), (8, 4.5), (22, 4.5), (22, 19.5), (8, 19.5))), Line(((11, 9), (17, 15)), 2, _HOLE),
               Line(((17, 9), (11, 15)), 2, _HOLE)),
    "shift": (Line(((12, 3.5), (3.5, 12.5), (8, 12.5), (8, 20), (16, 20), (16, 12.5), (20.5, 12.5), (12, 3.5))),),
    "shift_full": (Area(((12, 2.5), (2.5, 13), (7.5, 13), (7.5, 20.5), (16.5, 20.5), (16.5, 13), (21.5, 13))),),
    "enter": (Line(((20, 5), (20, 13), (5, 13))), Line(((10, 8), (4.5, 13), (10, 18)))),
    "clock": (Disc(12, 12, 9.5, 2), Line(((12, 6.5), (12, 12), (16, 14.5)))),
    "calendar": (Frame(3, 5, 21, 21, 3, 2), Area(((3.5, 6), (20.5, 6), (20.5, 10.5), (3.5, 10.5))),
                 Line(((8, 2.5), (8, 6))),
                 Line(((16, 2.5), (16, 6))), Disc(8.5, 15, 1.5), Disc(15.5, 15, 1.5)),
    "phone": (Line(((5.5, 4.5), (7, 11), (13, 17), (19.5, 18.5)), 3.4), Line(((5, 4), (8.5, 4.5)), 4),
              Line(((19.5, 15.5), (20, 19)), 4)),
    "music": (Disc(7.5, 18, 3.4), Disc(17.5, 16, 3.4), Line(((10, 18), (10, 6), (20, 4), (20, 16)), 2)),
    "map": (Area(((12, 22.5), (5.6, 13), (18.4, 13))), Disc(12, 9.6, 7.4), Disc(12, 9.6, 2.8, ink=_HOLE)),
    "download": (Line(((12, 3.5), (12, 15)), 2.4), Line(((6.5, 10), (12, 15.5), (17.5, 10)), 2.4),
                 Line(((4, 20), (20, 20)), 2.4)),
    "globe": (Disc(12, 12, 9.5, 1.8), Line(((2.5, 12), (21.5, 12)), 1.8), Line(_bow(21.3, 12, 13.3, 134, 226), 1.8),
              Line(_bow(2.7, 12, 13.3, -46, 46), 1.8)),
    "gift": (Frame(3.5, 11.5, 20.5, 21.5, 1.6), Frame(2.5, 7.5, 21.5, 11, 1), Line(((12, 8), (12, 21.5)), 2, _HOLE),
             Disc(9, 5, 2.6, 1.8), Disc(15, 5, 2.6, 1.8)),
    "lock": (Frame(4.5, 10, 19.5, 21.5, 2.6), Line((*_bow(12, 8, 4.6, 180, 360), (16.6, 10)), 2.2),
             Line(((7.4, 8), (7.4, 10)), 2.2),
             Disc(12, 15.7, 1.9, ink=_HOLE)),
    "people": (Disc(9, 8, 4.2), Area((*_bow(9, 21, 7.6, 180, 360),)), Disc(17, 9, 3.2),
               Area((*_bow(17.2, 21, 5.6, 210, 360), (22.8, 21)))),
    "play": (Area(((7, 4), (20, 12), (7, 20))),),
    "pause": (Frame(6, 4.5, 10, 19.5, 1), Frame(14, 4.5, 18, 19.5, 1)),
    "video": (Frame(2.5, 6, 16, 18, 3), Area(((16.5, 11), (22, 7), (22, 17), (16.5, 13)))),
    "eye": (Line((*_bow(12, 18, 11.5, 212, 328),), 2), Line((*_bow(12, 6, 11.5, 32, 148),), 2), Disc(12, 12, 3.2)),
    "leave": (Line(((10, 4), (4.5, 4), (4.5, 20), (10, 20))), Line(((10, 12), (20, 12))),
              Line(((15.5, 7), (20.5, 12), (15.5, 17)))),
    "warning": (Line(((12, 3.5), (22, 20.5), (2, 20.5), (12, 3.5))), Line(((12, 10), (12, 14.5)), 2.2),
                Disc(12, 17.6, 1.3)),
    "plaza": (Disc(12, 12, 9.4, 2.9), Disc(12, 12, 3.7), Line(((5.2, 21.2), (5.2, 12)), 2.9)),
}  # fmt: skip


class _Pen:
    """Draws strokes on the enlarged grid."""

    def __init__(self, side: int) -> None:
        self.image = Image.new("L", (side, side))
        self._draw = ImageDraw.Draw(self.image)
        self._unit = side / _GRID

    def _scaled(self, points: Points) -> list[tuple[float, float]]:
        return [(x * self._unit, y * self._unit) for x, y in points]

    def _round(self, x: float, y: float, radius: float) -> tuple[float, float, float, float]:
        unit = self._unit
        return (x - radius) * unit, (y - radius) * unit, (x + radius) * unit, (y + radius) * unit

    def stroke(self, stroke: Stroke) -> None:
        match stroke:
            case Line(points, width, ink):
                self._draw.line(self._scaled(points), fill=ink, width=round(width * self._unit))
                for x, y in points:
                    self._draw.ellipse(self._round(x, y, width / 2), fill=ink)
            case Area(points, ink):
                self._draw.polygon(self._scaled(points), fill=ink)
            case Disc(x, y, radius, width, ink):
                where = self._round(x, y, radius)
                if width:
                    self._draw.ellipse(where, outline=ink, width=round(width * self._unit))
                else:
                    self._draw.ellipse(where, fill=ink)
            case Frame(x1, y1, x2, y2, radius, width, ink):
                where = tuple(value * self._unit for value in (x1, y1, x2, y2))
                edge = round(width * self._unit)
                self._draw.rounded_rectangle(
                    where, radius * self._unit, outline=ink if edge else None, width=edge, fill=None if edge else ink
                )


@functools.lru_cache(maxsize=512)
def icon(name: str, size: int) -> npt.NDArray[np.uint8]:
    """Return the mask of an icon, `size` pixels wide and high. `name` is a key of ICONS."""
    pen = _Pen(size * _OVERSAMPLING)
    for stroke in ICONS[name]:
        pen.stroke(stroke)
    return np.asarray(pen.image.resize((size, size), Image.Resampling.BOX))
