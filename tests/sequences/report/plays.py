"""Plays made by hand, with drawn screens: what a report is rendered from in these tests."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import cv2
import numpy as np

from drover.devices.frame import Pixels
from drover.devices.geometry import Rect, Size
from drover.platform.blobs import Blobs, MemoryBlobs
from drover.screens.domain import (
    Action,
    ActionKind,
    App,
    Crop,
    Region,
    RegionCheck,
    Registry,
    Screen,
    ScreenKind,
    Variant,
)
from drover.sequences.record import (
    Difference,
    Evidence,
    PhoneRecord,
    PlayRecord,
    Sight,
    Status,
    TaskRecord,
    Timing,
)

SIZE = Size(width=1080, height=2400)
SMALL = (360, 800)
START = datetime(2026, 11, 21, 9, 22, 53, tzinfo=UTC)
TITLE, BUTTON, STATUS_BAR = Rect(60, 130, 700, 250), Rect(90, 2010, 990, 2160), Rect(0, 0, 1080, 80)
NAMES = ("launcher", "feed", "profile", "edit_profile", "saved")


def jpeg(pixels: Pixels) -> bytes:
    return cv2.imencode(
        ".jpg", cv2.resize(pixels, SMALL, interpolation=cv2.INTER_AREA), [cv2.IMWRITE_JPEG_QUALITY, 75]
    )[1].tobytes()


def png(pixels: Pixels) -> bytes:
    return cv2.imencode(".png", pixels)[1].tobytes()


def draw(name: str, *, clock: str = "9:41", dimmed: bool = False, popup: bool = False) -> Pixels:
    """Return a screen in BGR that looks a little like an app."""
    tint = NAMES.index(name) * 31 % 180 if name in NAMES else 90
    picture = np.full((SIZE.height, SIZE.width, 3), 250, np.uint8)
    hue = cv2.cvtColor(np.array([[[tint, 120, 190]]], np.uint8), cv2.COLOR_HSV2BGR)[0][0].tolist()
    cv2.putText(picture, clock, (40, 60), cv2.FONT_HERSHEY_SIMPLEX, 1.6, (90, 90, 90), 3, cv2.LINE_AA)
    cv2.putText(picture, name.replace("_", " "), (70, 220), cv2.FONT_HERSHEY_DUPLEX, 3, (40, 40, 40), 5, cv2.LINE_AA)
    for row in range(5):
        top = 340 + row * 320
        cv2.circle(picture, (160, top + 110), 80, hue, -1, cv2.LINE_AA)
        cv2.rectangle(picture, (290, top + 60), (960 - row * 60, top + 100), (215, 215, 210), -1)
        cv2.rectangle(picture, (290, top + 130), (760, top + 165), (230, 230, 226), -1)
    cv2.rectangle(picture, (90, 2010), (990, 2160), hue, -1)
    cv2.putText(picture, "Continue", (380, 2110), cv2.FONT_HERSHEY_DUPLEX, 2, (255, 255, 255), 4, cv2.LINE_AA)
    if dimmed or popup:
        picture = (picture * 0.6).astype(np.uint8)
    if popup:
        cv2.rectangle(picture, (120, 900), (960, 1500), (255, 255, 255), -1)
        cv2.putText(picture, "Update now?", (230, 1080), cv2.FONT_HERSHEY_DUPLEX, 2.4, (30, 30, 30), 4, cv2.LINE_AA)
    return picture


def crop(pixels: Pixels, rect: Rect) -> Pixels:
    return cv2.cvtColor(pixels[rect.y1 : rect.y2, rect.x1 : rect.x2], cv2.COLOR_BGR2GRAY).astype(np.uint8)


def screen(name: str) -> Screen:
    pixels = draw(name)
    regions = tuple(
        Region(part, rect, Crop(crop(pixels, rect), png(crop(pixels, rect))))
        for part, rect in (("title", TITLE), ("button", BUTTON))
    )
    actions = (
        Action("continue", BUTTON, ActionKind.TAP),
        Action("name", Rect(90, 380, 990, 560), ActionKind.TYPE),
    )
    variant = Variant("light", regions, (STATUS_BAR,), actions, jpeg(pixels))
    return Screen(f"plaza.{name}", name, "", "plaza", ScreenKind.STATE, SIZE, (variant,))


def registry() -> Registry:
    screens = [screen(name) for name in NAMES]
    return Registry({one.key: one for one in screens}, {"plaza": App("plaza", "com.example.plaza")})


def check(name: str, region: str, rect: Rect, *, passed: bool = True) -> RegionCheck:
    figures = (0.998, 0.4, 1.01) if passed else (0.412, -63.5, 0.58)
    why = "" if passed else "it is 63 grey levels darker than registered"
    return RegionCheck(f"plaza.{name}", "light", region, passed, *figures, rect, why)


def seen(name: str, blobs: Blobs, *, clock: str = "9:41") -> Sight:
    """Return a sight of the expected screen."""
    checks = (check(name, "title", TITLE), check(name, "button", BUTTON))
    frame = Evidence(blobs.put(jpeg(draw(name, clock=clock))), SIZE)
    return Sight(f"plaza.{name}", "light", f"plaza.{name}", True, "all regions passed", checks, frame)


def not_seen(name: str, blobs: Blobs) -> Sight:
    """Return a sight of an expected screen that is covered by a popup."""
    expected, actual = draw(name), draw(name, popup=True)
    checks = (check(name, "title", TITLE), check(name, "button", BUTTON, passed=False))
    difference = Difference(
        checks[1], BUTTON, blobs.put(png(crop(expected, BUTTON))), blobs.put(png(crop(actual, BUTTON)))
    )
    return Sight(
        expected=f"plaza.{name}",
        expected_variant="light",
        actual=None,
        passed=False,
        reason="region button failed",
        checks=checks,
        frame=Evidence(blobs.put(jpeg(actual)), SIZE),
        differences=(difference,),
    )


def task(index: int, blobs: Blobs, *, kind: str = "tap", clock: str = "9:41") -> TaskRecord:
    before, after = NAMES[(index - 1) % len(NAMES)], NAMES[index % len(NAMES)]
    return TaskRecord(
        index=index,
        name=f"Open {after.replace('_', ' ')}",
        kind=kind,
        effect="repeatable",
        status=Status.COMPLETED,
        parameters={"on": f"plaza.{before}.continue"},
        started_at=START + timedelta(seconds=index),
        timing=Timing(wall_ms=700 + 37.0 * index, device_ms=420 + 20.0 * index, waited_ms=260),
        captures=2,
        attempts=1,
        before=seen(before, blobs, clock=clock),
        after=seen(after, blobs, clock=clock),
    )


def after(record: TaskRecord) -> Sight:
    """Return the look after a task that has one."""
    assert record.after is not None
    return record.after


def failed_task(index: int, blobs: Blobs) -> TaskRecord:
    name = NAMES[index % len(NAMES)]
    return replace(
        task(index, blobs),
        status=Status.FAILED,
        timing=Timing(wall_ms=9_400, device_ms=1_900, waited_ms=7_350),
        captures=31,
        attempts=3,
        after=not_seen(name, blobs),
        error=f"expected plaza.{name}, saw an unknown screen: region button failed",
        hint="compare the frames in the report; then go on with --from-step, or correct the registry",
        region=f"plaza.{name}.button",
    )


def phone(number: int, tasks: tuple[TaskRecord, ...]) -> PhoneRecord:
    error = next((f"task {one.index}: {one.error}" for one in tasks if one.error), "")
    return PhoneRecord(
        name=f"phone{number}",
        serial=f"127.0.0.1:4000{number}",
        model="Simulated Phone 20",
        size=SIZE,
        status=Status.FAILED if error else Status.COMPLETED,
        started_at=START,
        wall_s=sum(one.timing.wall_ms for one in tasks) / 1000,
        tasks=tasks,
        error=error,
    )


def play(phones: tuple[PhoneRecord, ...], parameters: Mapping[str, str] | None = None) -> PlayRecord:
    return PlayRecord(
        sequence="edit-profile",
        description="Goes through onboarding and edits the profile.",
        app="plaza",
        file="examples/plaza/edit-profile.json",
        parameters={"name": "Ada Lovelace"} if parameters is None else parameters,
        started_at=START,
        wall_s=38.214,
        phones=phones,
        drover_version="0.1.0",
    )


@dataclass(frozen=True, slots=True)
class Case:
    """A play with what its report needs."""

    play: PlayRecord
    registry: Registry
    blobs: MemoryBlobs


def good_case(phones: int = 2, tasks: int = 3) -> Case:
    blobs = MemoryBlobs()
    played = tuple(phone(n, tuple(task(i, blobs) for i in range(1, tasks + 1))) for n in range(1, phones + 1))
    return Case(play(played), registry(), blobs)


def mixed_case() -> Case:
    """Return a play in which phones 2 and 5 fail at step 4, phone 4 was never there, and phone 3 had some trouble."""
    blobs = MemoryBlobs()
    good = tuple(task(index, blobs) for index in range(1, 8))
    bad = (*good[:3], failed_task(4, blobs))
    troubled = (*good[:2], replace(good[2], attempts=2, dismissed=("global.update",)), *good[3:])
    typed = replace(good[5], kind="type", name="Type the name", effect="once", parameters={"text": "Ada Lovelace"})
    absent = replace(
        phone(4, ()),
        status=Status.FAILED,
        model="",
        size=None,
        error="phone 127.0.0.1:40004: is not reachable",
        hint="check its cable, power and USB debugging; `adb devices` must list it as `device`",
    )
    phones = (
        phone(1, good),
        phone(2, bad),
        phone(3, troubled),
        absent,
        phone(5, bad),
        phone(6, (*good[:5], typed, good[6])),
    )
    return Case(play(phones), registry(), blobs)
