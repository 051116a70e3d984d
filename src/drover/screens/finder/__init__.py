"""Where something is on a frame: a picture of it, or a text. For making registries, not for playing."""

from drover.screens.finder.found import Found, NothingToFind
from drover.screens.finder.pictures import find_picture
from drover.screens.finder.texts import PageReader, RapidPageReader, WordsOnPage, find_text

__all__ = [
    "Found",
    "NothingToFind",
    "PageReader",
    "RapidPageReader",
    "WordsOnPage",
    "find_picture",
    "find_text",
]
