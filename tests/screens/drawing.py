"""Screens drawn for the tests: text on cards, in the manner of an app."""

from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt

from drover.devices.frame import Frame
from drover.devices.geometry import Rect, Size
from drover.devices.picture import preview
from drover.screens.domain import Action, ActionKind, App, Identification, Region, Registry, Screen, ScreenKind, Variant
from drover.screens.pictures import crop_of

SIZE = Size(540, 1200)
TITLE = Rect(30, 60, 330, 110)
BODY = Rect(30, 400, 330, 450)
BUTTON = Rect(150, 1000, 390, 1060)


def draw(title: str, body: str = "a few words", button: str = "Continue", *, dark: bool = False) -> Frame:
    ground, ink = ((24, 24, 24), (235, 235, 235)) if dark else ((250, 250, 250), (20, 20, 20))
    pixels = np.full((SIZE.height, SIZE.width, 3), ground, dtype=np.uint8)
    cv2.putText(pixels, "10:42", (430, 30), cv2.FONT_HERSHEY_SIMPLEX, 0.8, ink, 2, cv2.LINE_AA)
    for text, rect in ((title, TITLE), (body, BODY)):
        place = rect.x1 + 10, rect.y2 - 14
        cv2.putText(pixels, text, place, cv2.FONT_HERSHEY_SIMPLEX, 1.1, ink, 2, cv2.LINE_AA)
    cv2.rectangle(pixels, (BUTTON.x1, BUTTON.y1), (BUTTON.x2, BUTTON.y2), (200, 120, 30), -1)
    place = BUTTON.x1 + 20, BUTTON.y2 - 20
    cv2.putText(pixels, button, place, cv2.FONT_HERSHEY_SIMPLEX, 1.1, (255, 255, 255), 2, cv2.LINE_AA)
    return frame_of(np.dstack([pixels, np.full(pixels.shape[:2], 255, np.uint8)]))


def frame_of(pixels: npt.ArrayLike) -> Frame:
    readonly = np.array(pixels, dtype=np.uint8)
    readonly.flags.writeable = False
    return Frame(readonly, sequence=1, captured_at=0.0)


def covered_with(words: str) -> Frame:
    """Return a screen that is written on all over."""
    pixels = np.full((SIZE.height, SIZE.width, 4), 250, np.uint8)
    for row in range(100, SIZE.height, 40):
        cv2.putText(pixels, words * 2, (2, row), cv2.FONT_HERSHEY_SIMPLEX, 1.1, (20, 20, 20, 255), 2, cv2.LINE_AA)
    return frame_of(pixels)


def key(found: Identification | None) -> str | None:
    """Return which screen was found."""
    return found.screen.key if found is not None and found.screen is not None else None


def region(name: str, frame: Frame, rect: Rect, *, absent: bool = False) -> Region:
    return Region(name, rect, crop_of(frame, rect), absent)


def variant(frame: Frame, *rects: Rect, name: str = "light", masks: tuple[Rect, ...] = ()) -> Variant:
    names = {TITLE: "title", BODY: "body", BUTTON: "button"}
    regions = tuple(region(names.get(rect, f"at_{rect.x1}_{rect.y1}"), frame, rect) for rect in rects or (TITLE, BODY))
    action = Action("go_on", BUTTON, ActionKind.TAP, crop=crop_of(frame, BUTTON))
    return Variant(name, regions, masks, (action,), preview(frame, 1080, 80).jpeg)


def screen(name: str, *variants: Variant, kind: ScreenKind = ScreenKind.STATE) -> Screen:
    folder = name.partition(".")[0]
    return Screen(name, name, "", None if folder == "global" else folder, kind, SIZE, variants)


def interrupt(name: str, *variants: Variant) -> Screen:
    return screen(name, *variants, kind=ScreenKind.INTERRUPT)


def registry(*screens: Screen) -> Registry:
    apps = {s.app: App(s.app, f"com.example.{s.app}") for s in screens if s.app is not None}
    return Registry({s.key: s for s in screens}, apps)


def leading(original: Screen, to: str) -> Screen:
    """Return the screen with its first action leading to another one."""
    first, *others = original.variants
    action, *rest = first.actions
    return replace(original, variants=(replace(first, actions=(replace(action, leads_to=to), *rest)), *others))


def over(frame: Frame, other: Frame, rect: Rect) -> Frame:
    """Return `frame` with a piece of `other` laid over it."""
    pixels = frame.pixels.copy()
    pixels[rect.y1 : rect.y2, rect.x1 : rect.x2] = other.pixels[rect.y1 : rect.y2, rect.x1 : rect.x2]
    return frame_of(pixels)


def dimmed_under(below: Frame, popup: Frame, rect: Rect) -> Frame:
    """Return `below` dimmed by half, with a piece of `popup` laid over it as it is."""
    pixels = below.pixels // 2
    pixels[:, :, 3] = 255
    return over(frame_of(pixels), popup, rect)
