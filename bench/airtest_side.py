"""Airtest's side of the comparison: run by the Python of its own environment, over a job file; writes JSON.

`python airtest_side.py JOB ANSWERS`. For each pair of a frame and a screen: is every template of the screen found in
the frame? It stops at the first that is not. Nothing of Drover is imported.
"""

import json
import logging
import sys
import time
from importlib.metadata import version
from pathlib import Path

import cv2
from airtest.core.cv import Template  # pyright: ignore[reportMissingImports]  it is only in the other environment

NEAR = 16
"""Pixels of the reference by which a template's middle may be off for the screen to count as found in place."""


def main() -> None:
    cv2.setNumThreads(1)
    logging.getLogger("airtest").setLevel(logging.ERROR)
    job = json.loads(Path(sys.argv[1]).read_text())
    screens = {key: [_template(part) for part in parts] for key, parts in job["screens"].items()}
    pairs = job["pairs"]
    _decide(screens[pairs[0]["screen"]], _picture(pairs[0]["frame"]))
    answers = [_answer(screens[pair["screen"]], pair["frame"]) for pair in pairs]
    result = {"version": version("airtest"), "opencv": cv2.__version__, "answers": answers}
    Path(sys.argv[2]).write_text(json.dumps(result))


def _template(part: dict) -> tuple[Template, dict]:
    """Return a template as AirtestIDE records one: with the resolution, and where on the screen its middle is."""
    width, height = part["resolution"]
    record_pos = ((part["x"] - width / 2) / width, (part["y"] - height / 2) / width)
    return Template(part["file"], record_pos=record_pos, resolution=(width, height)), part


def _answer(templates: list[tuple[Template, dict]], file: str) -> dict[str, object]:
    frame = _picture(file)
    started = time.process_time()
    places = _decide(templates, frame)
    spent = time.process_time() - started
    found = len(places) == len(templates)
    scale = frame.shape[1] / templates[0][1]["resolution"][0]
    near = found and all(
        max(abs(x - part["x"] * scale), abs(y - part["y"] * scale)) <= NEAR * scale
        for (x, y), (_, part) in zip(places, templates, strict=True)
    )
    return {"found": found, "in_place": near, "ms": spent * 1000}


def _picture(file: str) -> "cv2.typing.MatLike":
    frame = cv2.imread(file)
    if frame is None:
        raise SystemExit(f"{file} cannot be read")
    return frame


def _decide(templates: list[tuple[Template, dict]], frame: "cv2.typing.MatLike") -> list:
    """Return where the templates were found, up to the first that was not."""
    places = []
    for template, _ in templates:
        place = template.match_in(frame)
        if place is None:
            break
        places.append(place)
    return places


main()
