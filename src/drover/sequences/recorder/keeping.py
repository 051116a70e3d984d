"""What is kept of a recording beside the sequence: the frames and times of its steps, and the screens not known."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from drover.devices.frame import Frame
from drover.kernel.errors import DroverError, Kind
from drover.platform.files import write_whole
from drover.screens.documents import written
from drover.screens.pictures import decode_picture
from drover.screens.settle import change_between
from drover.sequences.recorder.composer import Recorded
from drover.sequences.recorder.sights import Sight
from drover.sequences.wording import describe

UNKNOWN: Final = "unknown"
_DIGITS: Final = 16


class RecordingNotKept(DroverError):
    """The folder refuses to be written to."""

    kind = Kind.UNAVAILABLE


@dataclass(frozen=True, slots=True)
class _Unknown:
    sight: Sight
    frame: Frame
    seen: list[str]


def keep_steps(folder: Path, steps: Sequence[Recorded]) -> None:
    """Write the frame before and after every step, and when it was done, into `folder`. Raises RecordingNotKept."""
    began = steps[0].at_s if steps else 0.0
    listed: list[object] = []
    for number, step in enumerate(steps, 1):
        frames = {"before": step.seen_before, "after": step.seen_after}
        names = {when: f"{number:03d}-{when}.jpg" for when, sight in frames.items() if sight is not None and sight.jpeg}
        for when, name in names.items():
            sight = frames[when]
            _write(folder / name, sight.jpeg if sight is not None else b"")
        what = {"number": number, "act": describe(step.act), "at_s": round(step.at_s - began, 2)}
        listed.append(what | {"before": step.before, "after": step.after, "frames": names})
    _write(folder / "steps.json", written({"steps": listed}).encode())


def keep_unknown(folder: Path, steps: Sequence[Recorded]) -> list[Path]:
    """Write each screen that is not known once, as a PNG and what is known of it as JSON; return the pictures' paths.

    Two that differ no more than a picture at rest are one. Raises RecordingNotKept.
    """
    found: list[_Unknown] = []
    for seen, sight in _unknown(steps):
        frame = Frame(decode_picture(sight.jpeg), sequence=1, captured_at=0.0)
        same = next((each for each in found if _alike(each.frame, frame)), None)
        if same is None:
            found.append(_Unknown(sight, frame, [seen]))
        else:
            same.seen.append(seen)
    return [_keep(folder, each) for each in found]


def _unknown(steps: Sequence[Recorded]) -> Iterator[tuple[str, Sight]]:
    for number, step in enumerate(steps, 1):
        for when, sight in (("before", step.seen_before), ("after", step.seen_after)):
            if sight is not None and sight.screen is None and sight.png:
                yield f"{when} step {number}, {describe(step.act)}", sight


def _alike(one: Frame, other: Frame) -> bool:
    return one.size == other.size and change_between(one, other).small


def _keep(folder: Path, unknown: _Unknown) -> Path:
    sight = unknown.sight
    name = hashlib.sha256(sight.png).hexdigest()[:_DIGITS]
    path = folder / f"{name}.png"
    _write(path, sight.png)
    size = {"width": sight.size.width, "height": sight.size.height}
    document = {"why": sight.why, "package": sight.package, "size": size, "seen": unknown.seen}
    _write(folder / f"{name}.json", written(document).encode())
    return path


def _write(path: Path, content: bytes) -> None:
    try:
        write_whole(path, content)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise RecordingNotKept(f"{path} cannot be written ({reason})", hint="check the folder's rights") from error
