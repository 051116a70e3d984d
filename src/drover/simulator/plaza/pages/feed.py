"""The feed: a line to write in, then cards that scroll."""

import functools
from dataclasses import dataclass
from typing import Final

from drover.simulator.display.marks import (
    DISPLAY,
    Box,
    Fill,
    Gradient,
    Label,
    Layer,
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
from drover.simulator.display.widgets import APP_BAR, MARGIN, app_bar, avatar, centred, paragraph, spinner
from drover.simulator.plaza.content import Post
from drover.simulator.plaza.names import PLAZA_PACKAGE
from drover.simulator.plaza.pages.rings import Ring, plus_box, ring_box, ring_row
from drover.simulator.plaza.pages.tabs import TAB_BAR, tabs
from drover.simulator.windowing.view import Element, Role, Steadiness, View, fixed_text

LIST: Final = Box(0, 392, 1080, TAB_BAR.y1)
_COMPOSER: Final = Box(170, 262, 870, 366)
_GAP: Final = 24
_BANNER_HEIGHT: Final = 236
_MESSAGES: Final = "plaza.messages"
_PICKER: Final = "plaza.post_picker"
_NEW_POST: Final = f"go:{_PICKER}"
_NEW_STORY: Final = ("go:plaza.story_picker", "plaza.story_picker")
_HEART: Final = rgb(0xE8456B)


@dataclass(frozen=True, slots=True)
class FeedModel:
    """What the feed shows; `step` is the spinner's while nothing has come, `scroll` reference pixels from the top.

    `stories` are the rings above the posts with the usernames of those whose stories they are, one's own first.
    """

    name: str
    stories: tuple[tuple[str, Ring], ...]
    posts: tuple[Post, ...]
    banner: bool
    scroll: int
    step: int | None


@functools.lru_cache(maxsize=32)
def _page(palette: Palette, name: str, *, loaded: bool) -> tuple[Sheet, tuple[Element, ...]]:
    """Return the bars. The line to write in comes with the content, so that a half loaded feed can be told."""
    brand = Label(MARGIN + 84, centred(158, 66), "Plaza", 66, Weight.BOLD, palette.text)
    hint = Label(
        _COMPOSER.x1 + 44, centred(_COMPOSER.middle[1], 42), "What's on your mind?", 42, Weight.REGULAR, palette.muted
    )
    bar, tab_elements = tabs(palette, "tab_home")
    composer = (
        *avatar(102, 314, 52, name, 2),
        Fill(_COMPOSER, palette.field, 9999),
        Outline(_COMPOSER, palette.outline, 9999, 3),
        hint,
        Symbol("image", 980, 314, 66, palette.primary),
    )
    marks = (
        Fill(DISPLAY, palette.background),
        *app_bar(palette, brand),
        Gradient(Box(MARGIN, 124, MARGIN + 68, 192), rgb(0x7A6BFF), rgb(0x4A38DD), 20),
        Symbol("plaza", MARGIN + 34, 158, 44, rgb(0xFFFFFF)),
        Symbol("bell", 880, 158, 62, palette.text),
        Symbol("mail", 994, 158, 66, palette.text),
        Fill(Box(0, APP_BAR.y2, 1080, LIST.y1), palette.surface),
        *(composer if loaded else ()),
        *bar,
    )
    composer_elements = (
        Element("own_avatar", Box(50, 262, 154, 366), Role.IMAGE, steadiness=Steadiness.CHANGING),
        Element("composer", _COMPOSER, Role.BUTTON, hint.text, "", _NEW_POST, _PICKER, Steadiness.FIXED),
        Element("new_post", Box(920, 260, 1040, 368), Role.BUTTON, "", "New post", _NEW_POST, _PICKER),
    )
    elements = (
        fixed_text("brand", brand),
        Element("notifications", Box(836, 114, 924, 202), Role.BUTTON, description="Notifications"),
        Element("messages", Box(950, 114, 1038, 202), Role.BUTTON, "", "Messages", "go:plaza.messages", _MESSAGES),
        *(composer_elements if loaded else ()),
        *tab_elements,
    )
    return Sheet(DISPLAY, marks), elements


@functools.cache
def _banner(palette: Palette) -> Sheet:
    box = Box(30, 0, 1050, _BANNER_HEIGHT)
    return Sheet(
        box,
        (
            Fill(box, palette.background),
            Gradient(box, palette.tint, palette.field, 44),
            Symbol("people", 136, box.middle[1], 100, palette.primary),
            Label(230, 98, "Find your friends", 46, Weight.BOLD, palette.text),
            Label(230, 164, "Plaza is better together. Invite a few people.", 38, Weight.REGULAR, palette.muted),
        ),
    )


def _words(post: Post, palette: Palette) -> tuple[Label, ...]:
    return paragraph(post.words, (84, 208), (42, Weight.REGULAR, palette.text), 912, lines=2, leading=58)


@functools.lru_cache(maxsize=256)
def _card(palette: Palette, post: Post) -> Sheet:
    words = _words(post, palette)
    below = words[-1].y + 40 if post.words else 172
    photo: tuple[Mark, ...] = ()
    if post.photo is not None:
        photo = (Photo(Box(66, below, 1014, below + post.photo_height), post.photo, 32),)
        below += post.photo_height + 20
    row = below + 56
    box = Box(30, 0, 1050, row + 70)
    heart = Symbol("heart_full" if post.liked else "heart", 106, row, 60, _HEART if post.liked else palette.muted)
    marks = (
        Fill(box, palette.background),  # opaque cards are copied, not mixed
        Fill(box, palette.surface, 44),
        *avatar(126, 96, 52, post.author, post.tone),
        Label(200, 88, post.author, 42, Weight.MEDIUM, palette.text),
        Label(200, 138, post.age, 34, Weight.REGULAR, palette.faint),
        Symbol("more", 980, 92, 60, palette.faint),
        *words,
        *photo,
        heart,
        Label(150, centred(row, 38), str(post.likes + post.liked), 38, Weight.MEDIUM, palette.muted),
        Symbol("comment", 306, row, 58, palette.muted),
        Label(348, centred(row, 38), str(post.comments), 38, Weight.MEDIUM, palette.muted),
        Symbol("share", 484, row, 56, palette.muted),
        Symbol("bookmark", 980, row, 58, palette.muted),
    )
    return Sheet(box, marks)


def _ring_sheet(palette: Palette, model: FeedModel) -> Sheet:
    return ring_row(palette, tuple(ring for _, ring in model.stories), palette.surface)


def _stack(palette: Palette, model: FeedModel) -> list[tuple[Sheet, int]]:
    """Return the cards with the place of their upper edges in the unscrolled list."""
    sheets = [_ring_sheet(palette, model), *([_banner(palette)] if model.banner else [])]
    sheets += [_card(palette, post) for post in model.posts]
    top, stack = 0, list[tuple[Sheet, int]]()
    for sheet in sheets:
        stack.append((sheet, top))
        top += sheet.box.height + _GAP
    return stack


def scroll_reach(palette: Palette, model: FeedModel) -> int:
    """Return how far the list can be scrolled."""
    last, top = _stack(palette, model)[-1]
    return max(0, top + last.box.height + _GAP - LIST.height)


def _ring_elements(model: FeedModel) -> list[Element]:
    """Return the rings' elements, as far as they are not scrolled away."""
    dy = LIST.y1 - model.scroll
    elements: list[Element] = []
    for place, (username, ring) in enumerate(model.stories):
        inside = ring_box(place).moved(dy=dy).meet(LIST)
        if inside is None:
            continue
        name = f"story_of_{place}" if place else "your_story"
        play = f"play_story:{username}" if place else "play_own"
        action, page = (play, "plaza.story" if place else "plaza.own_story") if ring.lively else _NEW_STORY
        elements.append(Element(name, inside, Role.BUTTON, ring.shown, "", action, page, Steadiness.CHANGING))
    plus = plus_box(0).moved(dy=dy).meet(LIST)
    if plus is not None:
        fresh = Element("new_story", plus, Role.BUTTON, "", "New story", *_NEW_STORY, Steadiness.CHANGING)
        elements.append(fresh)
    return elements


def _card_elements(model: FeedModel, stack: list[tuple[Sheet, int]]) -> list[Element]:
    elements = _ring_elements(model)
    skipped = len(stack) - len(model.posts)
    for place, (sheet, top) in enumerate(stack):
        shown = sheet.box.moved(dy=LIST.y1 + top - model.scroll)
        inside = shown.meet(LIST)
        if inside is None:
            continue
        if place == 0:
            continue
        if place < skipped:
            elements.append(Element("banner", inside, Role.PANEL, "Find your friends"))
            continue
        number = place - skipped
        post = model.posts[number]
        name, act = f"post_{number + 1}", f"open_post:{number}"
        changing = Steadiness.CHANGING
        elements.append(Element(name, inside, Role.PANEL, post.words, post.author, act, "plaza.post", changing))
        heart = Box(64, shown.y2 - 114, 230, shown.y2 - 26).meet(LIST)
        if heart is not None:
            like = Element(
                f"like_{number + 1}", heart, Role.BUTTON, str(post.likes + post.liked), "Like", f"like:{number}"
            )
            elements.append(like)
    return elements


def feed(palette: Palette, model: FeedModel) -> View:
    """Return the feed."""
    sheet, elements = _page(palette, model.name, loaded=model.step is None)
    layers: list[Layer] = [Placed(sheet)]
    if model.step is not None:
        x, y = LIST.middle
        layers.append(Placed(spinner(palette.primary, x, y, 66, model.step)))
        return View("plaza.feed.loading", PLAZA_PACKAGE, tuple(layers), elements)
    stack = _stack(palette, model)
    for card, top in stack:
        dy = LIST.y1 + top - model.scroll
        if card.box.moved(dy=dy).meet(LIST):
            layers.append(Placed(card, dy=dy, clip=LIST))
    listing = Element("list", LIST, Role.LIST, steadiness=Steadiness.CHANGING)
    # Cards come first, so that the bars lie in front of them for touches.
    return View("plaza.feed", PLAZA_PACKAGE, tuple(layers), (listing, *_card_elements(model, stack), *elements))
