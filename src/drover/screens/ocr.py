"""Reading text off pictures: the port, and a recogniser whose model comes inside its own wheel."""

import threading
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from drover.devices.frame import Pixels
from drover.kernel.errors import DroverError, Kind

Recognise = Callable[[Pixels], str]
"""Reads the one line of text in an RGB picture."""

INK = 40
"""How much a pixel of text differs from its background, in levels of grey; half of the most, where that is less."""
LEAST_INK = 12
"""Where nothing differs by as much, there is no text."""
MARGIN = 0.25
"""How much background a line keeps around it, as a part of its height: tight crops are read best."""
HEIGHT = 48
"""Pixels: the height that the model reads lines at. What reading costs goes with the width at that height."""
_SMALL, _GAP = 0.35, 0.15  # what belongs to a line though rows without ink lie between: dots, accents; as parts of it
_LEAST_ROWS = 4
_LEAST_SCORE = 0.5


class TextNotRead(DroverError):
    """The recogniser cannot be loaded, or failed on a picture."""

    kind = Kind.FAILED

    def __init__(self, detail: str) -> None:
        super().__init__(f"the text of a picture could not be read: {detail}", hint="install drover again, whole")


class TextReader(Protocol):
    """Reads text off pictures. It computes: call it in an image thread, never on a loop."""

    def read(self, pixels: Pixels) -> str:
        """Return the text in a part of a frame, line by line from the top, joined by spaces; empty for none.

        Raises TextNotRead.
        """
        ...


class RapidOcrReader:
    """Reads printed text of any left-to-right script that its model knows, in 20 to 40 ms a line.

    The model (about 170 MB of memory) is loaded, in a second or two, when the first text is read. Threads take turns.
    """

    def __init__(self, load: Callable[[], Recognise] | None = None) -> None:
        self._load = load if load is not None else load_model
        self._lock = threading.Lock()
        self._recognise: Recognise | None = None

    def read(self, pixels: Pixels) -> str:
        """Return the text in a part of a frame."""
        crop = np.ascontiguousarray(pixels[..., :3])
        texts = [self._line(crop[top:bottom, left:right]) for left, top, right, bottom in lines_of(crop)]
        return " ".join(text for text in texts if text)

    def _line(self, line: Pixels) -> str:
        with self._lock:
            try:
                recognise = self._recognise = self._recognise or self._load()
                return recognise(line)
            except Exception as error:  # the library raises whatever the libraries below it raise
                raise TextNotRead(f"{type(error).__name__}: {error}") from error


def load_engine() -> Any:  # noqa: ANN401  the library has no types
    """Return the engine of rapidocr with the models of its wheel; nothing is fetched."""
    from rapidocr import RapidOCR  # noqa: PLC0415  takes a second and 100 MB, which most plays need not spend

    return RapidOCR(
        params={
            "Global.log_level": "error",  # it logs to the terminal
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "Rec.rec_img_shape": [3, HEIGHT, HEIGHT],  # the last one is the least width: a short text costs little
        }
    )


def load_model() -> Recognise:
    """Return what reads one line of text; nothing is fetched."""
    engine = load_engine()

    def recognise(line: Pixels) -> str:
        answer = engine(cv2.cvtColor(line, cv2.COLOR_RGB2BGR), use_det=False, use_cls=False)
        found = zip(answer.txts or (), answer.scores or (), strict=False)  # no text comes with one score
        return " ".join(str(text) for text, score in found if score >= _LEAST_SCORE).strip()

    return recognise


def lines_of(crop: Pixels) -> list[tuple[int, int, int, int]]:
    """Return left, top, right and bottom of each line of text in an RGB picture with an even background."""
    if not crop.size:
        return []
    gray = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)
    contrast = cv2.absdiff(gray, np.full_like(gray, np.median(gray)))
    ink = contrast > max(LEAST_INK, min(INK, int(contrast.max()) // 2))
    lines: list[tuple[int, int, int, int]] = []
    for top, bottom in _merged(list(_runs(np.asarray(ink.any(axis=1))))):
        columns = np.flatnonzero(ink[top:bottom].any(axis=0))
        if bottom - top < _LEAST_ROWS:
            continue
        margin = round(MARGIN * (bottom - top)) + 1
        left, right = int(columns[0]), int(columns[-1]) + 1
        height, width = gray.shape
        lines.append(
            (
                max(0, left - margin),
                max(0, top - margin),
                min(width, right + margin),
                min(height, bottom + margin),
            )
        )
    return lines


def _runs(rows: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([0], rows.astype(np.int8), [0]))))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)


def _merged(runs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the runs with dots and accents joined to the letters that they belong to."""
    tallest = max((bottom - top for top, bottom in runs), default=0)
    merged: list[tuple[int, int]] = []
    for top, bottom in runs:
        if merged:
            above = merged[-1]
            gap = top - above[1]
            least = min(bottom - top, above[1] - above[0])
            if gap <= _GAP * tallest or (least <= _SMALL * tallest and gap <= _SMALL * tallest):
                merged[-1] = (above[0], bottom)
                continue
        merged.append((top, bottom))
    return merged
