"""Identifying frames that lie in files: one answer a file, whatever is wrong with one of them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from drover.devices.frame import Frame
from drover.kernel.errors import InvalidInput
from drover.screens.domain import Identification, NearMiss, RegionCheck, Registry
from drover.screens.matching.matcher import Matcher
from drover.screens.ocr import TextNotRead, TextReader
from drover.screens.pictures import BadPicture, decode_picture, read_bytes


class BadFrame(InvalidInput):
    """A frame's file cannot be used."""


@dataclass(frozen=True, slots=True)
class FrameAnswer:
    """What one file shows. `ms` is the CPU time of the identification alone; `error` is empty unless it was refused."""

    file: str
    screen: str | None
    variant: str | None
    reason: str
    near_misses: tuple[NearMiss, ...] = ()
    conflict: tuple[str, ...] = ()
    ms: float = 0.0
    error: str = ""
    hint: str = ""

    def document(self) -> dict[str, object]:
        """Return it as a JSON object; `error` and `hint` only where there is an error."""
        document: dict[str, object] = {
            "file": self.file,
            "screen": self.screen,
            "variant": self.variant,
            "reason": self.reason,
            "near_misses": [_near_miss(miss) for miss in self.near_misses],
            "conflict": list(self.conflict),
            "ms": round(self.ms, 3),
        }
        return document | ({"error": self.error, "hint": self.hint} if self.error else {})


class Spectator(Protocol):
    """Sees the frames while they are there: they are large, and none is kept."""

    def answered(self, answer: FrameAnswer, frame: Frame, found: Identification) -> None:
        """Take a frame and what it is."""
        ...

    def refused(self, answer: FrameAnswer) -> None:
        """Take a file that could not be used."""
        ...


class _Nobody:
    def answered(self, answer: FrameAnswer, frame: Frame, found: Identification) -> None:
        pass

    def refused(self, answer: FrameAnswer) -> None:
        pass


def identify_files(
    registry: Registry,
    files: Sequence[Path],
    *,
    app: str | None = None,
    cpu_seconds: Callable[[], float],
    spectator: Spectator | None = None,
    reader: TextReader | None = None,
) -> Iterator[FrameAnswer]:
    """Yield an answer for each file, in order. `cpu_seconds` is a counter of CPU time, such as `time.thread_time`."""
    watching = spectator or _Nobody()
    matcher = Matcher(registry, reader)
    for file in files:
        try:
            frame = read_frame(file)
        except BadFrame as error:
            refused = FrameAnswer(printable(file), None, None, error.message, error=error.message, hint=error.hint)
            watching.refused(refused)
            yield refused
            continue
        started = cpu_seconds()
        try:
            found = matcher.identify(frame, app=app)
        except TextNotRead as error:
            refused = FrameAnswer(printable(file), None, None, error.message, error=error.message, hint=error.hint)
            watching.refused(refused)
            yield refused
            continue
        answer = _answer(file, found, ms=(cpu_seconds() - started) * 1000)
        watching.answered(answer, frame, found)
        yield answer


def read_frame(file: Path) -> Frame:
    """Return the PNG or JPEG in `file` as a frame. Raises BadFrame naming the file."""
    try:
        return Frame(decode_picture(read_bytes(file)), sequence=1, captured_at=0.0)
    except BadPicture as error:
        raise BadFrame(f"frame {printable(file)} {error.message}", hint=error.hint) from error


def printable(file: Path) -> str:
    """Return a path as text that can be printed, whatever bytes its name has."""
    return str(file).encode(errors="backslashreplace").decode()


def _answer(file: Path, found: Identification, *, ms: float) -> FrameAnswer:
    return FrameAnswer(
        file=printable(file),
        screen=found.screen.key if found.screen is not None else None,
        variant=found.variant.name if found.variant is not None else None,
        reason=found.reason,
        near_misses=found.near_misses,
        conflict=found.conflict,
        ms=ms,
    )


def _near_miss(miss: NearMiss) -> dict[str, object]:
    failed = [_check(check) for check in miss.failed]
    return {"screen": miss.screen, "variant": miss.variant, "passed": miss.passed, "failed": failed}


def _check(check: RegionCheck) -> dict[str, object]:
    document: dict[str, object] = {
        "region": check.region,
        "kind": check.kind.value,
        "correlation": round(check.correlation, 3),
        "brightness": round(check.brightness, 1),
        "contrast": round(check.contrast, 3),
        "found_at": list(asdict(check.found_at).values()),
        "why": check.why,
    }
    return document | ({"seen": check.seen} if check.seen else {})
