"""Every screen of the example is broken in turn, in every way; the player stops at that very step and names why."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from drover.sequences.record import PhoneRecord, Status
from tests.rack.stand import Stand, stand

PHONES = 6
WHOLE = [0, 0, 720, 1600]


@dataclass(frozen=True)
class Break:
    """A fault and where it must stop the play: step, and what the region's name begins with."""

    name: str
    step: int
    region: str
    fault: str
    fields: dict[str, Any]


# Screen -> page of the simulator, the step that first ends on it, a rectangle over one of its regions at 720 pixels.
SCREENS = {
    "plaza.onboarding_welcome": ("plaza.onboarding_welcome", 2, [50, 900, 540, 960]),
    "plaza.onboarding_discover": ("plaza.onboarding_discover", 3, [50, 900, 570, 960]),
    "plaza.onboarding_notify": ("plaza.onboarding_notify", 4, [50, 900, 640, 960]),
    "plaza.login": ("plaza.login", 5, [50, 340, 450, 400]),
    "plaza.feed": ("plaza.feed", 8, [80, 80, 210, 130]),
    "plaza.profile": ("plaza.profile", 9, [30, 80, 155, 126]),
    "plaza.edit_profile": ("plaza.edit_profile", 10, [105, 84, 305, 132]),
    "plaza.gender": ("plaza.gender", 14, [40, 1050, 370, 1102]),
}
LOADING = {"plaza.feed", "plaza.profile"}
FIELDS = {
    "plaza.login.username": ("plaza.login", 6),
    "plaza.edit_profile.name": ("plaza.edit_profile", 11),
}


def breaks() -> Sequence[Break]:
    found = [
        Break("launcher covered", 1, "launcher.home", "cover", {"rect": WHOLE, "on_page": "launcher"}),
        Break("launcher dimmed", 1, "launcher.home", "dim", {"strength": 0.32, "on_page": "launcher"}),
        Break("launcher frozen", 2, "plaza.onboarding_welcome", "frozen", {"on_page": "launcher"}),
    ]
    for screen, (page, step, rect) in SCREENS.items():
        early = f"{page}.loading" if screen in LOADING else page
        found += [
            Break(f"{screen} missing", step, screen, "crash", {"on_page": early}),
            Break(f"{screen} covered", step, screen, "cover", {"rect": rect, "on_page": page}),
            Break(f"{screen} dimmed", step, screen, "dim", {"strength": 0.32, "on_page": page}),
            Break(f"{screen} frozen", step, screen, "frozen", {"on_page": early}),
        ]
    for field, (page, step) in FIELDS.items():
        found.append(Break(f"{field} wrong field filled", step, field, "misdirect", {"on_page": page}))
    return found


ALL = breaks()
BATCHES = [ALL[start : start + PHONES] for start in range(0, len(ALL), PHONES)]

pytestmark = [pytest.mark.rack, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def broken(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stand]:
    async with stand(tmp_path_factory.mktemp("broken"), PHONES) as made:
        yield made


def outcome(record: PhoneRecord) -> tuple[Status, int, str]:
    """Return how the phone's play ended, at which step, and which screen or field its last task names."""
    task = record.tasks[-1]
    return record.status, task.index, task.region


@pytest.mark.parametrize("batch", BATCHES, ids=lambda batch: ", ".join(each.name for each in batch))
async def test_a_broken_screen_stops_the_play_at_its_step_with_the_region_named(
    broken: Stand, batch: Sequence[Break]
) -> None:
    await broken.clear()
    for phone, each in zip(broken.rack.names.values(), batch, strict=False):
        await broken.give(phone, each.fault, **each.fields)
    chosen = ",".join(list(broken.rack.names.values())[: len(batch)])
    request = broken.request(timeout_s=4, selector=f"phone:{chosen}")
    whole = await broken.whole(request)
    seen = [outcome(record) for record in whole.phones]
    assert [(status, step) for status, step, _ in seen] == [(Status.FAILED, each.step) for each in batch]
    assert [region.startswith(each.region) for each, (_, _, region) in zip(batch, seen, strict=True)] == [True] * len(
        batch
    )
    page = request.report.read_text()
    shown = [record.tasks[-1].after or record.tasks[-1].before for record in whole.phones]
    assert [sight.passed for sight in shown if sight is not None] == [False] * len(batch)
    assert [record.tasks[-1].region in page for record in whole.phones] == [True] * len(batch)
    differing = [sight for sight, each in zip(shown, batch, strict=True) if each.fault != "misdirect"]
    assert all(sight is not None and sight.differences for sight in differing)


async def test_what_hides_no_region_is_found_where_it_matters_and_a_popup_in_the_middle_at_once(broken: Stand) -> None:
    await broken.clear()
    await broken.give("phone1", "cover", rect=[56, 1386, 664, 1483], on_page="plaza.onboarding_notify")
    await broken.give("phone2", "popup", name="unknown", on_page="plaza.login")
    records = await broken.play(broken.request(timeout_s=4, selector="phone:phone1,phone2"))
    assert outcome(records["phone1"]) == (Status.FAILED, 5, "plaza.onboarding_notify.get_started")
    assert outcome(records["phone2"]) == (Status.FAILED, 5, "plaza.login.log_in")


async def test_unbroken_phones_complete_and_what_was_typed_arrived(broken: Stand) -> None:
    await broken.clear()
    records = await broken.play(broken.request(timeout_s=20))
    assert {name: record.error for name, record in records.items()} == dict.fromkeys(records, "")
    stored = [await broken.stored(name) for name in records]
    assert [(each["name"], each["bio"]) for each in stored] == [
        ("Ada Lovelace", "First programmer. Poetical science.")
    ] * PHONES
