"""Unknown screens are clustered, kept within limits, and written so that nothing is ever half there."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest

from drover.devices.frame import Frame
from drover.kernel.errors import Kind
from drover.screens.unknown.domain import Limits, Sighting
from drover.screens.unknown.queue import QueueUnusable, UnknownCluster, UnknownQueue
from tests.screens.drawing import TITLE, draw, frame_of

ROOT = Path(__file__).parents[3]
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def sighting(minute: int = 0, *, phone: str = "a", app: str | None = "shop") -> Sighting:
    return Sighting(phone, NOON + timedelta(minutes=minute), app, run="run1", step=3, task="Open", why="no region")


def with_text(frame: Frame, text: str, place: tuple[int, int]) -> Frame:
    pixels = frame.pixels.copy()
    cv2.putText(pixels, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.5, (90, 90, 90, 255), 1, cv2.LINE_AA)
    return frame_of(pixels)


@pytest.fixture
def queue(tmp_path: Path) -> UnknownQueue:
    return UnknownQueue(tmp_path / "unknown")


def test_a_queue_that_is_not_there_is_empty_and_is_not_made(queue: UnknownQueue) -> None:
    assert (queue.listing().clusters, queue.folder.exists()) == ((), False)


def test_a_sighting_is_kept_with_its_picture(queue: UnknownQueue) -> None:
    name = queue.add(draw("Offer"), sighting())
    (cluster,) = queue.listing().clusters
    assert (cluster.id, cluster.count, cluster.app, cluster.kept[0].sighting) == (name, 1, "shop", sighting())
    assert np.array_equal(queue.frames(cluster)[0].pixels, draw("Offer").pixels)


def test_the_same_picture_is_one_cluster_and_kept_once(queue: UnknownQueue) -> None:
    names = {queue.add(draw("Offer"), sighting(minute, phone=phone)) for minute, phone in enumerate("abc")}
    (cluster,) = queue.listing().clusters
    assert (names, cluster.count, len(cluster.frames)) == ({cluster.id}, 3, 1)
    assert [kept.sighting.phone for kept in cluster.kept] == ["a", "b", "c"]
    assert (cluster.first_seen, cluster.last_seen) == (NOON, NOON + timedelta(minutes=2))


def test_another_clock_a_caret_and_another_figure_are_the_same_screen(queue: UnknownQueue) -> None:
    plain = draw("Offer", "one two three four")
    clock = plain.pixels.copy()
    clock[:40] = 255 - clock[:40]
    clock[:, :, 3] = 255
    caret = plain.pixels.copy()
    caret[410:440, 320:323, :3] = 20
    shown = [
        plain,
        frame_of(clock),
        frame_of(caret),
        with_text(plain, "12", (40, 700)),
        with_text(plain, "13", (40, 700)),
    ]
    assert len({queue.add(frame, sighting()) for frame in shown}) == 1


@pytest.mark.parametrize(
    "other",
    [
        draw("Offers of today"),
        draw("Offer", dark=True),
        draw("Offer", "something else altogether"),
        frame_of(draw("Offer").pixels[:1100]),
    ],
    ids=["title", "theme", "content", "size"],
)
def test_another_screen_is_another_cluster(queue: UnknownQueue, other: Frame) -> None:
    assert queue.add(draw("Offer"), sighting()) != queue.add(other, sighting())


def test_the_last_seen_is_listed_first(queue: UnknownQueue) -> None:
    first = queue.add(draw("Offer"), sighting(1))
    second = queue.add(draw("Price"), sighting(2))
    queue.add(draw("Offer"), sighting(3))
    assert [each.id for each in queue.listing().clusters] == [first, second]


def test_the_oldest_pictures_go_and_the_count_stays(tmp_path: Path) -> None:
    queue = UnknownQueue(tmp_path, Limits(frames=2, sightings=3))
    frames = [with_text(draw("Offer", "some words here"), str(n), (40, 700)) for n in range(5)]
    (name,) = {queue.add(frame, sighting(minute)) for minute, frame in enumerate(frames)}
    cluster = queue.cluster(name)
    assert (cluster.count, len(cluster.kept)) == (5, 3)
    assert [kept.frame is None for kept in cluster.kept] == [True, False, False]
    assert len(list((tmp_path / name / "frames").iterdir())) == 2
    assert np.array_equal(queue.frames(cluster)[-1].pixels, frames[-1].pixels)


def test_the_cluster_seen_least_lately_goes_where_there_are_too_many(tmp_path: Path) -> None:
    queue = UnknownQueue(tmp_path, Limits(clusters=2))
    names = [queue.add(draw(title), sighting(minute)) for minute, title in enumerate(("Offer", "Price", "Basket"))]
    assert [each.id for each in queue.listing().clusters] == [names[2], names[1]]
    assert sorted(entry.name for entry in tmp_path.iterdir()) == sorted(names[1:])


def test_the_oldest_pictures_of_all_go_where_they_take_too_much_room(tmp_path: Path) -> None:
    queue = UnknownQueue(tmp_path, Limits(bytes=1))
    first = queue.add(draw("Offer"), sighting(1))
    second = queue.add(draw("Price"), sighting(2))
    assert (queue.cluster(first).frames, queue.cluster(first).count) == ((), 1)
    assert len(queue.cluster(second).frames) == 1


def test_a_cluster_without_pictures_still_takes_in_what_is_alike(tmp_path: Path) -> None:
    queue = UnknownQueue(tmp_path, Limits(bytes=1))
    first = queue.add(draw("Offer"), sighting(1))
    queue.add(draw("Price"), sighting(2))
    assert queue.add(draw("Offer"), sighting(3)) == first
    assert queue.cluster(first).count == 2


def test_a_dropped_cluster_is_gone_with_its_files(queue: UnknownQueue) -> None:
    name = queue.add(draw("Offer"), sighting())
    queue.drop(name)
    assert (queue.listing().clusters, list(queue.folder.iterdir())) == ((), [])


@pytest.mark.parametrize("name", ["0123456789", "..", "", "../unknown"])
def test_what_is_not_in_the_queue_is_not_found(queue: UnknownQueue, name: str) -> None:
    queue.add(draw("Offer"), sighting())
    with pytest.raises(UnknownCluster) as caught:
        queue.drop(name)
    assert caught.value.kind is Kind.NOT_FOUND


def test_what_is_not_the_queues_own_is_left_alone(queue: UnknownQueue, tmp_path: Path) -> None:
    name = queue.add(draw("Offer"), sighting())
    foreign = [queue.folder / "notes.txt", queue.folder / name / "frames" / "mine.png"]
    (queue.folder / "0123456789").mkdir()
    (queue.folder / "abcdefabcd").symlink_to(tmp_path)
    for file in foreign:
        file.write_text("mine")
    queue.add(draw("Offer"), sighting(1))
    assert ([each.id for each in queue.listing().clusters], all(file.exists() for file in foreign)) == ([name], True)


@pytest.mark.parametrize("content", ["", "{", '{"schema": 1}', '{"schema": 9}', "[]", "\xff"])
def test_a_cluster_that_cannot_be_read_is_told_and_can_be_dropped(queue: UnknownQueue, content: str) -> None:
    name = queue.add(draw("Offer"), sighting())
    (queue.folder / name / "cluster.json").write_text(content, encoding="latin-1")
    other = queue.add(draw("Price"), sighting())
    listing = queue.listing()
    assert ([each.id for each in listing.clusters], len(listing.unreadable)) == ([other], 1)
    assert f"{name}/cluster.json: " in listing.unreadable[0]
    queue.drop(name)
    assert queue.listing().unreadable == ()


def test_a_folder_that_is_a_file_is_a_declared_error(tmp_path: Path) -> None:
    (tmp_path / "unknown").touch()
    queue = UnknownQueue(tmp_path / "unknown")
    with pytest.raises(QueueUnusable, match="cannot be used"):
        queue.add(draw("Offer"), sighting())
    with pytest.raises(QueueUnusable, match="cannot be used"):
        queue.listing()


ADD_OFTEN = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from drover.screens.unknown.domain import Limits, Sighting
from drover.screens.unknown.queue import UnknownQueue
from tests.screens.drawing import draw
queue, phone = UnknownQueue(Path(sys.argv[1]), Limits(frames=3)), sys.argv[2]
for minute in range(4):
    queue.add(draw("Offer", f"body {phone}"), Sighting(phone, datetime(2026, 5, 1, 12, minute, tzinfo=UTC)))
    queue.add(draw(f"Price {phone}"), Sighting(phone, datetime(2026, 5, 1, 12, minute, tzinfo=UTC)))
"""


def test_several_processes_lose_nothing_of_each_other(tmp_path: Path) -> None:
    commands = [[sys.executable, "-c", ADD_OFTEN, str(tmp_path), phone] for phone in "ab"]
    workers = [subprocess.Popen(command, cwd=ROOT) for command in commands]
    ended = [worker.wait(60) for worker in workers]
    queue = UnknownQueue(tmp_path)
    listing = queue.listing()
    assert (ended, listing.unreadable) == ([0, 0], ())
    assert sum(each.count for each in listing.clusters) == 16
    assert all(path.exists() for each in listing.clusters for path in queue.paths(each))


def test_what_a_process_that_died_left_does_not_disturb(queue: UnknownQueue) -> None:
    name = queue.add(draw("Offer"), sighting())
    (queue.folder / name / "frames" / "0123456789abcdef.png").write_bytes(b"half")
    (queue.folder / name / ".cluster.json.partial").write_text("{")
    (queue.folder / ".gone-1").mkdir()
    queue.add(with_text(draw("Offer", "a few words"), "x", (TITLE.x1, 700)), sighting())
    assert not (queue.folder / name / "frames" / "0123456789abcdef.png").exists()
    queue.drop(name)
    assert list(queue.folder.iterdir()) == []
