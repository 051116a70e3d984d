"""A screen that a play fails at and cannot tell is handed over, with where it was met."""

from pathlib import Path

from structlog.testing import capture_logs

from drover.devices.geometry import Rect
from drover.screens.unknown.domain import Sighting
from drover.screens.unknown.queue import UnknownQueue
from drover.sequences.record import Status
from tests.sequences.player.bench import CART, OPEN, Bench
from tests.sequences.player.shop import OPEN_CART, TITLE, ShopPhone

HIDDEN = Rect(TITLE.x1, TITLE.y1, TITLE.x2, TITLE.y2)


async def test_a_screen_that_a_play_fails_at_is_queued_with_where_it_was_met(bench: Bench, tmp_path: Path) -> None:
    queue = UnknownQueue(tmp_path / "unknown")
    phone = ShopPhone("a", front="com.example.shop", covered=HIDDEN)
    record = await bench.one(phone, OPEN, CART, from_step=2, retries=1, unknowns=queue)
    (cluster,) = queue.listing().clusters
    (kept,) = cluster.kept
    assert kept.sighting == Sighting(
        phone="a", at=kept.sighting.at, app="shop", run="run1", step=2, task=record.tasks[0].name, why=record.error
    )
    assert queue.frames(cluster)[0].size == record.size


async def test_a_known_screen_that_is_not_the_expected_one_is_not_queued(bench: Bench, tmp_path: Path) -> None:
    queue = UnknownQueue(tmp_path / "unknown")
    phone = ShopPhone("a", front="com.example.shop", page="cart", shown="cart")
    record = await bench.one(phone, CART, retries=0, unknowns=queue)
    assert (record.status, queue.listing().clusters) == (Status.FAILED, ())


async def test_a_covered_button_of_a_known_screen_is_not_queued(bench: Bench, tmp_path: Path) -> None:
    queue = UnknownQueue(tmp_path / "unknown")
    phone = ShopPhone("a", front="com.example.shop", covered=OPEN_CART)
    record = await bench.one(phone, CART, retries=0, unknowns=queue)
    assert (record.status, queue.listing().clusters) == (Status.FAILED, ())


async def test_a_queue_that_cannot_be_written_is_told_and_changes_nothing(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    phone = ShopPhone("a", front="com.example.shop", covered=HIDDEN)
    with capture_logs() as logs:
        record = await bench.one(phone, CART, retries=0, unknowns=UnknownQueue(tmp_path / "file" / "unknown"))
    assert record.error.startswith("expected shop.home, saw an unknown screen: ")
    assert [log["event"] for log in logs if log["log_level"] == "warning"] == ["unknown screen not kept"]
