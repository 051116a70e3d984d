"""Finding a text: the whole frame is read, which takes a second or two."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol, cast

import cv2

from drover.devices.frame import Frame, Pixels
from drover.devices.geometry import Rect
from drover.language.pattern import parse_pattern
from drover.screens.finder.found import Found, best_first
from drover.screens.ocr import TextNotRead, load_engine
from drover.screens.reading import EmptyText, runs_of, words_of
from drover.screens.regions import ExpectedText


@dataclass(frozen=True, slots=True)
class WordsOnPage:
    """One line of text on a frame: its words from the left, where each is, and how sure the reader is, 0 to 1."""

    words: tuple[tuple[str, Rect], ...]
    score: float

    @property
    def text(self) -> str:
        """The words, joined by spaces."""
        return " ".join(word for word, _ in self.words)

    @property
    def rect(self) -> Rect:
        """Where the whole line is."""
        return _around([rect for _, rect in self.words])


class PageReader(Protocol):
    """Reads all the text on a frame. It computes, for a second or more: never call it on a loop."""

    def lines(self, pixels: Pixels) -> tuple[WordsOnPage, ...]:
        """Return the lines on a frame, RGBA, from the top. Raises TextNotRead."""
        ...


class RapidPageReader:
    """Finds and reads the lines with the models of rapidocr's wheel: 1 to 3 s a frame, about 400 MB of memory."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._engine: Any = None

    def lines(self, pixels: Pixels) -> tuple[WordsOnPage, ...]:
        """Return the lines on a frame."""
        with self._lock:
            try:
                engine = self._engine = self._engine or load_engine()
                answer = engine(cv2.cvtColor(pixels, cv2.COLOR_RGBA2BGR), use_cls=False, return_word_box=True)
            except Exception as error:  # the library raises whatever the libraries below it raise
                raise TextNotRead(f"{type(error).__name__}: {error}") from error
        found = zip(answer.word_results or (), answer.scores or (), strict=False)
        lines = (WordsOnPage(tuple(_words(cast("Any", words))), float(score)) for words, score in found)
        return tuple(line for line in lines if line.words)


def find_text(frame: Frame, wanted: ExpectedText, reader: PageReader) -> tuple[Found, ...]:
    """Return where a text, or what a pattern matches, is on the frame, the surest first; empty where it is not.

    A text must be there as `verify_text` demands; its rectangle is that of its words alone, a pattern's that of the
    line. Each lies within one line. Raises EmptyText, TextNotRead; BadSyntax and Unsupported for what is no pattern.
    """
    if not wanted.source.strip():
        raise EmptyText
    pattern = parse_pattern(wanted.source) if wanted.pattern else None
    found: list[Found] = []
    for line in reader.lines(frame.pixels):
        if pattern is None:
            found += _places(line, wanted.source)
        elif pattern.search(line.text) is not None:
            found.append(Found(line.rect, line.score, line.text))
    return best_first(found)


def _places(line: WordsOnPage, wanted: str) -> Iterator[Found]:
    counted = [pair for pair in line.words if words_of(pair[0])]  # the others are punctuation
    for first, end in runs_of(wanted, [word for word, _ in counted]):
        yield Found(_around([rect for _, rect in counted[first:end]]), line.score, line.text)


def _words(words: Any) -> Iterator[tuple[str, Rect]]:  # noqa: ANN401  the library's own, without types
    for text, _, box in words:
        left, top = int(min(x for x, _ in box)), int(min(y for _, y in box))
        right, bottom = int(max(x for x, _ in box)), int(max(y for _, y in box))
        if str(text).strip() and left < right and top < bottom:
            yield str(text), Rect(max(0, left), max(0, top), right, bottom)


def _around(rects: list[Rect]) -> Rect:
    return Rect(
        min(rect.x1 for rect in rects),
        min(rect.y1 for rect in rects),
        max(rect.x2 for rect in rects),
        max(rect.y2 for rect in rects),
    )
