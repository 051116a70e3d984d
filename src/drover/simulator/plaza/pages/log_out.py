"""The sheet that asks whether one really wants to log out."""

import functools

from drover.simulator.display.marks import Box, Fill, Label, Placed, Shade, Sheet, Weight
from drover.simulator.display.palette import Palette
from drover.simulator.display.widgets import button, centred
from drover.simulator.plaza.names import PLAZA_PACKAGE
from drover.simulator.windowing.view import Element, Role, Steadiness, View, changing_text, fixed_text

_SHEET = Box(0, 1640, 1080, 2400)
_LOG_OUT = Box(72, 1990, 1008, 2124)
_CANCEL = Box(72, 2154, 1008, 2288)


@functools.lru_cache(maxsize=64)
def log_out(palette: Palette, username: str) -> View:
    """Return the sheet for an account."""
    heading = Label(540, 1776, "Log out of Plaza?", 60, Weight.BOLD, palette.text, "centre")
    who = Label(540, 1926, f"@{username}", 44, Weight.MEDIUM, palette.text, "centre")
    words = Label(540, 1854, "You can log in again at any time.", 44, Weight.REGULAR, palette.muted, "centre")
    marks = (
        Fill(_SHEET, palette.raised, 64),
        Fill(Box(0, 2300, 1080, 2400), palette.raised),
        Fill(Box(480, 1668, 600, 1678), palette.faint, 9999),
        Fill(Box(420, 2364, 660, 2376), palette.faint, 9999),
        heading,
        words,
        who,
        Fill(_LOG_OUT, palette.error, 9999),
        Label(540, centred(_LOG_OUT.middle[1], 46), "Log out", 46, Weight.MEDIUM, palette.raised, "centre"),
        *button(palette, _CANCEL, "Cancel", filled=False, size=46),
    )
    fixed = Steadiness.FIXED
    elements = (
        fixed_text("title", heading),
        fixed_text("words", words),
        changing_text("username", who, 480),
        Element("confirm", _LOG_OUT, Role.BUTTON, "Log out", "", "log_out", None, fixed),
        Element("cancel", _CANCEL, Role.BUTTON, "Cancel", "", "dismiss", "plaza.settings", fixed),
    )
    layers = (Shade(0.5), Placed(Sheet(_SHEET, marks)))
    return View("plaza.log_out", PLAZA_PACKAGE, layers, elements, ".SettingsActivity", _SHEET)
