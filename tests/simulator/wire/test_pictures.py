"""What a rack keeps of the pictures that it was asked for."""

from collections.abc import AsyncIterator

import pytest

from drover.simulator.handset import Gesture
from drover.simulator.pictures import Pictures
from tests.simulator.wire.blank_handset import BlankHandset
from tests.simulator.wire.conftest import LOOK

FRAME_BYTES = LOOK.width * LOOK.height * 4


@pytest.fixture
def handset() -> BlankHandset:
    return BlankHandset(LOOK)


@pytest.fixture
async def small() -> AsyncIterator[Pictures]:
    """Room for two frames and a half."""
    pictures = Pictures(FRAME_BYTES * 5 // 2)
    yield pictures
    await pictures.close()


async def test_a_scene_that_was_painted_is_not_painted_again(pictures: Pictures, handset: BlankHandset) -> None:
    first = await pictures.raw(handset, handset.scene(0))
    assert await pictures.raw(handset, handset.scene(0)) is first
    assert await pictures.png(handset, handset.scene(0), LOOK) is await pictures.png(handset, handset.scene(0), LOOK)
    assert handset.painted == 1


async def test_what_is_kept_stays_within_its_bytes(small: Pictures, handset: BlankHandset) -> None:
    scenes = [handset.scene(0)]
    for place in range(4):
        handset.gesture(Gesture(place, 0, place, 0, 0.0), 0)
        scenes.append(handset.scene(0))
    frames = [await small.raw(handset, scene) for scene in scenes]
    assert small.held_bytes == 2 * FRAME_BYTES
    assert [await small.raw(handset, scene) for scene in scenes] == frames
    assert handset.painted == 2 * len(scenes)
