"""Reading, touching by text, pushing files and calling helpers, on phones in memory."""

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import pytest

from drover.devices.frame import Pixels
from drover.devices.geometry import Rect
from drover.devices.ports import ShellResult
from drover.devices.uitree import UiNode
from drover.drivers.memory.driver import MemoryDriver
from drover.platform.documents import BadDocument
from drover.sequences.helpers import HelperContext
from drover.sequences.record import PhoneRecord, Status
from tests.sequences.player.bench import CART, COUPON, OPEN, Bench, last
from tests.sequences.player.shop import OPEN_CART, PAY, ShopPhone

TITLE = [20, 20, 140, 50]
COUNT = {"kind": "read", "on": TITLE, "into": "count"}
TYPE_COUNT = COUPON | {"text": "${var.count} of ${var.count}"}


async def read(bench: Bench, phone: ShopPhone, task: Mapping[str, Any], **options: Any) -> PhoneRecord:
    return await bench.one(phone, OPEN, CART, dict(task), TYPE_COUNT, retries=0, **options)


async def test_what_is_read_is_used_in_later_texts(bench: Bench) -> None:
    phone = ShopPhone("a")
    record = await read(bench, phone, COUNT)
    assert phone.texts == {"com.example.shop": "0 paid of 0 paid"}
    assert record.tasks[2].parameters["read"] == "0 paid"
    assert record.tasks[3].parameters["text"] == "0 paid of 0 paid"


@pytest.mark.parametrize(("pattern", "value"), [(r"(\d+) paid", "0"), (r"\w+$", "paid"), ("", "0 paid")])
async def test_a_pattern_keeps_its_first_group_or_what_it_matches(pattern: str, value: str, bench: Bench) -> None:
    record = await read(bench, ShopPhone("a"), COUNT | {"pattern": pattern})
    assert record.tasks[2].parameters["read"] == value


async def test_a_text_that_is_not_of_the_pattern_fails_and_is_told(bench: Bench) -> None:
    record = await read(bench, ShopPhone("a"), COUNT | {"pattern": "[0-9]{3}"})
    assert record.error == "(20, 20) - (140, 50): '0 paid' does not match '[0-9]{3}'"


class Sign(ShopPhone):
    """Its coupon field holds what would be a reference, if anybody parsed it."""

    def ui_tree(self) -> UiNode:
        sign = UiNode(text="${param.code} {a|b}", class_name="android.widget.TextView", bounds=Rect(20, 20, 140, 50))
        return UiNode(children=(super().ui_tree().children[0], sign))


async def test_what_was_read_is_typed_as_it_is_and_never_parsed(bench: Bench) -> None:
    phone = Sign("a")
    record = await bench.one(phone, OPEN, CART, COUNT, COUPON | {"text": "${var.count}"})
    assert (record.error, phone.texts) == ("", {"com.example.shop": "${param.code} {a|b}"})


class Bare(ShopPhone):
    """An app that tells nothing by its UI tree but its text field."""

    def ui_tree(self) -> UiNode:
        return UiNode(children=super().ui_tree().children[:1])


@dataclass
class PrintedText:
    """Says the same of every picture, and keeps their sizes."""

    text: str
    shapes: list[tuple[int, ...]] = field(default_factory=list[tuple[int, ...]])

    def read(self, pixels: Pixels) -> str:
        self.shapes.append(pixels.shape)
        return self.text


@pytest.mark.parametrize("origin", ["auto", "picture"])
async def test_text_that_the_tree_does_not_tell_is_read_off_the_picture(origin: str, bench: Bench) -> None:
    printed = PrintedText("12 paid")
    task = COUNT | {"from": origin, "pattern": r"\d+"}
    record = await read(bench, Bare("a"), task, text_reader=printed)
    assert record.tasks[2].parameters["read"] == "12"
    assert printed.shapes == [(30, 120, 4)]


async def test_text_is_not_read_off_the_picture_where_only_the_tree_counts(bench: Bench) -> None:
    printed = PrintedText("12 paid")
    record = await read(bench, Bare("a"), COUNT | {"from": "tree"}, text_reader=printed)
    assert (record.error, printed.shapes) == ("(20, 20) - (140, 50): no text can be read", [])


class Labelled(ShopPhone):
    """Its buttons say what they are."""

    labels: ClassVar[Mapping[str, Rect]] = {}

    def ui_tree(self) -> UiNode:
        nodes = (UiNode(text=name.strip(), bounds=rect) for name, rect in self.labels.items())
        return UiNode(children=(*super().ui_tree().children, *nodes))


class TwoCarts(Labelled):
    labels: ClassVar[Mapping[str, Rect]] = {"Cart": OPEN_CART, "Cart ": PAY}


class OneCart(Labelled):
    labels: ClassVar[Mapping[str, Rect]] = {"Cart": OPEN_CART, "My cart": PAY}


TAP_TEXT = {"kind": "tap", "on": {"text": "${param.word}"}, "before": "shop.home", "after": "shop.cart"}
WORD = {"params": {"word": {"default": "Cart"}}}


async def test_a_place_is_touched_by_the_text_that_it_shows(bench: Bench) -> None:
    phone = OneCart("a")
    record = await bench.one(phone, OPEN, TAP_TEXT, fields=WORD)
    assert (record.error, phone.history) == ("", ["open_cart"])


async def test_a_text_shown_twice_is_touched_only_where_it_is_said(bench: Bench) -> None:
    phone = TwoCarts("a")
    inside = TAP_TEXT | {"on": {"text": "${param.word}", "in": [0, 200, 270, 270]}}
    record = await bench.one(phone, OPEN, inside, fields=WORD)
    assert (record.error, phone.history) == ("", ["open_cart"])


@pytest.mark.parametrize(
    ("phone", "on", "error"),
    [
        (TwoCarts, {"text": "Cart"}, "'Cart' is shown 2 times"),
        (OneCart, {"text": "cart"}, "'cart' is shown nowhere"),
        (OneCart, {"text": "Cart", "in": TITLE}, "'Cart' is shown nowhere in (20, 20) - (140, 50)"),
        (OneCart, {"text": "Cart", "in": "shop.home.open_cart"}, ""),
    ],
)
async def test_exactly_one_place_must_show_the_text(
    phone: type[Labelled], on: dict[str, Any], error: str, bench: Bench
) -> None:
    record = await bench.one(phone("a"), OPEN, TAP_TEXT | {"on": on}, retries=0)
    assert record.error == error


@pytest.mark.parametrize(
    "task", [TAP_TEXT, {"kind": "assert", "on": TITLE, "text": "${param.word}", "timeout_s": 1, "before": "shop.home"}]
)
async def test_a_secret_stays_one_where_it_is_not_shown(task: dict[str, Any], bench: Bench) -> None:
    secret = {"params": {"word": {"secret": True}}}
    record = await bench.one(ShopPhone("a"), OPEN, task, retries=0, fields=secret, params={"word": "hunter2"})
    assert record.status is Status.FAILED
    assert "hunter2" not in repr(record)


class MediaDriver(MemoryDriver):
    """Its shell lists files, and tells the media provider of new ones."""

    async def push(self, content: bytes, remote_path: str) -> None:
        await super().push(content, remote_path)
        self.phone.texts["pushes"] = self.phone.texts.get("pushes", "") + "x"

    async def shell(self, *words: str) -> ShellResult:
        match words:
            case ("ls", "-l", path) if path in self.phone.files:
                size = len(self.phone.files[path])
                return ShellResult(f"-rw-rw---- 1 root sdcard_rw {size} 2026-05-01 10:00 {path}\n".encode(), b"", 0)
            case ("ls", "-l", path):
                return ShellResult(b"", f"ls: {path}: No such file or directory\n".encode(), 1)
            case _:
                self.phone.texts["scanned"] = words[-1]
                return ShellResult(b"Broadcast completed: result=0\n", b"", 0)


class FullDriver(MediaDriver):
    """It keeps but half of what is pushed."""

    async def push(self, content: bytes, remote_path: str) -> None:
        await super().push(content[: len(content) // 2], remote_path)


PUSH = {"kind": "push_media", "file": "media/cat.PNG"}


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "media" / "cat.PNG"
    path.parent.mkdir()
    path.write_bytes(b"\x89PNG and so on")
    return path


async def test_a_file_is_pushed_once_under_a_name_of_its_content_and_scanned(bench: Bench, picture: Path) -> None:
    phone = ShopPhone("a")
    file = str(picture.parent.parent / "buy.json")
    record = await bench.one(phone, OPEN, PUSH, PUSH, drive=MediaDriver, file=file)
    digest = hashlib.sha256(picture.read_bytes()).hexdigest()
    remote = f"/sdcard/Pictures/Drover/{digest[:16]}.png"
    assert (record.error, phone.files) == ("", {remote: picture.read_bytes()})
    assert phone.texts == {"pushes": "x", "scanned": f"file://{remote}"}
    assert last(record).parameters["on_phone"] == remote


async def test_a_file_that_does_not_arrive_whole_fails(bench: Bench, picture: Path) -> None:
    file = str(picture.parent.parent / "buy.json")
    record = await bench.one(ShopPhone("a"), OPEN, PUSH, drive=FullDriver, file=file, retries=0)
    assert record.error.endswith("has 7 bytes instead of 14")


class Meddler(MediaDriver):
    """Somebody changes the file while the play goes on."""

    changed: ClassVar[Path]

    async def start_app(self, package: str) -> None:
        await super().start_app(package)
        self.changed.write_bytes(b"another")


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        ("media/dog.png", "tasks[1].file: media/dog.png cannot be read (no such file or directory)"),
        ("../cat.png", "tasks[1].file: ../cat.png leads out of the sequence's folder"),
        ("/cat.png", "tasks[1].file: /cat.png leads out of the sequence's folder"),
        ("notes.txt", "tasks[1].file: notes.txt is no picture or video"),
    ],
)
async def test_a_file_is_looked_at_before_anything_is_played(
    file: str, reason: str, bench: Bench, tmp_path: Path
) -> None:
    with pytest.raises(BadDocument) as caught:
        await bench.one(ShopPhone("a"), OPEN, PUSH | {"file": file}, file=str(tmp_path / "buy.json"))
    assert caught.value.message == f"{tmp_path / 'buy.json'}: {reason}"


async def test_a_file_that_changes_during_the_play_is_not_pushed(bench: Bench, picture: Path) -> None:
    Meddler.changed = picture
    file = str(picture.parent.parent / "buy.json")
    record = await bench.one(ShopPhone("a"), OPEN, PUSH, drive=Meddler, file=file, retries=0)
    assert record.error.endswith("has been changed since the play began")


async def greet(context: HelperContext, name: str) -> str:
    return f"{name} on {context.phone} saw {context.values['count']}"


async def say_nothing(_: HelperContext) -> None:
    return None


async def say_a_number(_: HelperContext) -> Any:
    return 3


async def fail(_: HelperContext, word: str = "") -> str:
    raise RuntimeError(f"no luck with {word}")


async def dawdle(_: HelperContext) -> str:
    await asyncio.sleep(60)
    return ""


HELPERS = {each.__name__: each for each in (greet, say_nothing, say_a_number, fail, dawdle)}


def call(name: str, **fields: Any) -> dict[str, Any]:
    return {"kind": "helper", "helper": name, **fields}


async def test_what_a_helper_returns_is_a_variable(bench: Bench) -> None:
    phone = ShopPhone("a")
    greeting = call("greet", arguments={"name": "Ada"}, into="greeting")
    typed = COUPON | {"text": "${var.greeting}"}
    record = await bench.one(phone, OPEN, CART, COUNT, greeting, typed, helpers=HELPERS)
    assert (record.error, phone.texts) == ("", {"com.example.shop": "Ada on a saw 0 paid"})


async def test_a_helper_may_return_nothing(bench: Bench) -> None:
    tasks = (call("say_nothing", into="word"), call("say_nothing"), CART | {"when": {"var": "word", "is_empty": True}})
    phone = ShopPhone("a")
    record = await bench.one(phone, OPEN, *tasks, helpers=HELPERS)
    assert (record.status, phone.history) == (Status.COMPLETED, ["open_cart"])


@pytest.mark.parametrize(
    ("task", "error"),
    [
        (call("say_a_number"), "helper say_a_number: returned int, not text"),
        (call("fail"), "helper fail: RuntimeError('no luck with ')"),
        (call("dawdle", timeout_s=0.05), "helper dawdle: took longer than 0.05 s"),
        (call("greet"), "helper greet: TypeError("),
    ],
)
async def test_what_goes_wrong_in_a_helper_fails_the_step(task: dict[str, Any], error: str, bench: Bench) -> None:
    record = await bench.one(ShopPhone("a"), OPEN, task, helpers=HELPERS, retries=0)
    assert record.error.startswith(error)


async def test_a_helpers_error_does_not_tell_a_secret(bench: Bench) -> None:
    fields = {"params": {"word": {"secret": True}}}
    task = call("fail", arguments={"word": "${param.word}"})
    params = {"word": "hunter2"}
    record = await bench.one(ShopPhone("a"), OPEN, task, helpers=HELPERS, retries=0, fields=fields, params=params)
    assert record.error == "helper fail: RuntimeError"
    assert "hunter2" not in repr(record)


async def test_an_unknown_helper_is_found_before_anything_is_played(bench: Bench) -> None:
    with pytest.raises(BadDocument, match="unknown helper gret") as caught:
        await bench.one(ShopPhone("a"), OPEN, call("gret"), helpers=HELPERS)
    assert caught.value.hint == "did you mean greet?"
