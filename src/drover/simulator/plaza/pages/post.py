"""One post, as large as the display allows."""

import functools
from dataclasses import dataclass
from typing import Final

from drover.simulator.display.marks import (
    REFERENCE_HEIGHT,
    REFERENCE_WIDTH,
    Box,
    Fill,
    Label,
    Mark,
    Outline,
    Photo,
    Placed,
    Sheet,
    Symbol,
    Weight,
    rgb,
)
from drover.simulator.display.palette import Palette
from drover.simulator.display.widgets import MARGIN, avatar, centred, paragraph
from drover.simulator.plaza.names import PLAZA_PACKAGE
from drover.simulator.plaza.pages.subpage import Head, plain, waiting
from drover.simulator.windowing.view import Element, Role, Steadiness, View, changing_text, fixed_text

_PHOTO: Final = Box(0, 420, REFERENCE_WIDTH, 1500)
_ROW: Final = 1586
_COMMENT: Final = Box(MARGIN, 2208, 1026, 2328)
_CAPTION_LINES: Final = 4
_HEART: Final = rgb(0xE8456B)


@dataclass(frozen=True, slots=True)
class PostModel:
    """What the page shows; `photo` is the picture's seed or None for words alone, `step` the spinner's."""

    author: str
    tone: int
    age: str
    photo: int | None
    caption: str
    likes: int
    comments: int
    liked: bool
    step: int | None


@functools.cache
def _comment_bar(palette: Palette) -> tuple[Sheet, tuple[Element, ...]]:
    y = _COMMENT.middle[1]
    hint = Label(_COMMENT.x1 + 44, centred(y, 42), "Add a comment\u2026", 42, Weight.REGULAR, palette.muted)
    box = Box(0, _COMMENT.y1 - 24, REFERENCE_WIDTH, REFERENCE_HEIGHT)
    marks = (
        Fill(box, palette.surface),
        Fill(Box(0, box.y1, REFERENCE_WIDTH, box.y1 + 2), palette.outline),
        Fill(_COMMENT, palette.field, 9999),
        Outline(_COMMENT, palette.outline, 9999, 3),
        hint,
        Symbol("share", _COMMENT.x2 - 66, y, 52, palette.primary),
    )
    send = Element(
        "send", Box(_COMMENT.x2 - 100, y - 34, _COMMENT.x2 - 32, y + 34), Role.IMAGE, steadiness=Steadiness.FIXED
    )
    return Sheet(box, marks), (fixed_text("comment_hint", hint), send)


@functools.lru_cache(maxsize=64)
def _body(palette: Palette, model: PostModel) -> tuple[Sheet, tuple[Element, ...]]:
    shift = 0 if model.photo is not None else _PHOTO.y1 - _PHOTO.y2
    row = _ROW + shift
    clip = Box(200, 240, 1000, 420)
    author = Label(206, 318, model.author, 44, Weight.MEDIUM, palette.text, clip=clip)
    likes = Label(160, centred(row, 42), str(model.likes + model.liked), 42, Weight.MEDIUM, palette.muted)
    comments = Label(346, centred(row, 42), str(model.comments), 42, Weight.MEDIUM, palette.muted)
    style = (44, Weight.REGULAR, palette.text)
    words = paragraph(model.caption, (MARGIN, row + 126), style, 972, lines=_CAPTION_LINES, leading=60)
    photo: tuple[Mark, ...] = () if model.photo is None else (Photo(_PHOTO, model.photo),)
    heart = Symbol("heart_full" if model.liked else "heart", 108, row, 64, _HEART if model.liked else palette.text)
    box = Box(0, 234, REFERENCE_WIDTH, _COMMENT.y1 - 24)
    marks = (
        Fill(box, palette.surface),
        *avatar(126, 326, 56, model.author, model.tone),
        author,
        Label(206, 366, model.age, 36, Weight.REGULAR, palette.faint),
        Symbol("more", 990, 326, 60, palette.faint),
        *photo,
        heart,
        likes,
        Symbol("comment", 300, row, 62, palette.text),
        comments,
        Symbol("share", 480, row, 60, palette.text),
        Symbol("bookmark", 990, row, 60, palette.text),
        *words,
    )
    elements = (
        changing_text("author", author, 700),
        *([Element("photo", _PHOTO, Role.IMAGE, steadiness=Steadiness.CHANGING)] if photo else ()),
        Element("like", Box(64, row - 46, 240, row + 46), Role.BUTTON, likes.text, "Like", "like_post"),
        Element("comments", Box(264, row - 46, 430, row + 46), Role.TEXT, comments.text, "Comments"),
        Element(
            "caption", Box(48, row + 78, 1032, row + 324), Role.TEXT, model.caption, steadiness=Steadiness.CHANGING
        ),
    )
    return Sheet(box, marks), elements


def post(palette: Palette, model: PostModel) -> View:
    """Return the page of a post."""
    sheet, elements = plain(palette, Head("Post"))
    if model.step is not None:
        layers = (Placed(sheet), waiting(palette, model.step))
        return View("plaza.post.loading", PLAZA_PACKAGE, layers, elements, ".PostActivity")
    body, shown = _body(palette, model)
    bar, bar_elements = _comment_bar(palette)
    layers = (Placed(sheet), Placed(body), Placed(bar))
    return View("plaza.post", PLAZA_PACKAGE, layers, (*elements, *shown, *bar_elements), ".PostActivity")
