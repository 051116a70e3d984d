"""Definitions in versions, on both databases."""

import hashlib

import pytest
from sqlalchemy import select

from drover.audit.models import AuditRow
from drover.platform.db.database import Database
from drover.platform.documents import BadDocument
from drover.workflows.domain.definitions import (
    DefinitionKind,
    DefinitionStatus,
    UnknownDefinition,
    canonical,
    difference,
    digest_of,
)
from drover.workflows.service.definitions import ContentDiffers, DefinitionFilter
from tests.databases import OURS, SISTERS
from tests.workflows.documents import SEQUENCE, step, workflow
from tests.workflows.office import ADA, Office

SEQ, FLOW, SCREENS = DefinitionKind.SEQUENCE, DefinitionKind.WORKFLOW, DefinitionKind.SCREENS


@pytest.fixture
def office() -> Office:
    return Office()


def test_the_order_of_members_makes_no_other_definition() -> None:
    assert digest_of({"a": 1, "b": [{"c": 2, "d": 3}]}) == digest_of({"b": [{"d": 3, "c": 2}], "a": 1})
    assert canonical({"ä": 1}) == '{\n  "ä": 1\n}\n'


def test_a_difference_is_told_line_by_line() -> None:
    assert difference({"a": 1}, {"a": 2}, "old", "new").splitlines()[-3:] == ['-  "a": 1', '+  "a": 2', " }"]
    assert difference({"a": 1}, {"a": 1}, "old", "new") == ""


async def test_a_new_body_is_a_new_version_and_the_same_one_is_not(database: Database, office: Office) -> None:
    changed = SEQUENCE | {"description": "calmly"}
    async with database.writing(OURS) as unit:
        first = await office.definitions.put(unit, ADA, SEQ, "look", SEQUENCE)
        again = await office.definitions.put(unit, ADA, SEQ, "look", dict(reversed(SEQUENCE.items())))
        third = await office.definitions.put(unit, ADA, SEQ, "look", changed, note="calmer")
    assert (first.version, again, third.version) == (1, first, 2)
    async with database.reading(OURS) as unit:
        definition, version = await office.definitions.get(unit, SEQ, "look")
        _, old = await office.definitions.get(unit, SEQ, "look", 1)
        versions = await office.definitions.versions(unit, SEQ, "look", None, 10)
    assert (definition.version, version.body, version.by, version.note) == (2, changed, "ada", "calmer")
    assert old.body == SEQUENCE
    assert [each.version for each in versions] == [2, 1]


async def test_an_old_version_comes_back_as_a_new_one(database: Database, office: Office) -> None:
    async with database.writing(OURS) as unit:
        await office.definitions.put(unit, ADA, SEQ, "look", SEQUENCE)
        await office.definitions.put(unit, ADA, SEQ, "look", SEQUENCE | {"description": "x"})
        restored = await office.definitions.restore(unit, ADA, SEQ, "look", 1)
        same = await office.definitions.diff(unit, SEQ, "look", 1, 3)
        other = await office.definitions.diff(unit, SEQ, "look", 2, 3)
    assert (restored.version, same) == (3, "")
    assert '-  "description": "x",' in other.splitlines()


async def test_a_retired_definition_is_not_offered_until_it_is_put_again(database: Database, office: Office) -> None:
    active = DefinitionFilter(SEQ, DefinitionStatus.ACTIVE)
    async with database.writing(OURS) as unit:
        await office.definitions.put(unit, ADA, SEQ, "look", SEQUENCE)
        await office.definitions.retire(unit, ADA, SEQ, "look")
        gone = await office.definitions.list(unit, active, None, 10)
        back = await office.definitions.put(unit, ADA, SEQ, "look", SEQUENCE)
        there = await office.definitions.list(unit, active, None, 10)
        acts = list(await unit.session.scalars(select(AuditRow.act).order_by(AuditRow.at, AuditRow.id)))
    assert (gone, back.version, [each.name for each in there]) == ([], 1, ["look"])
    assert sorted(acts) == ["definition.made", "definition.offered", "definition.retired"]


async def test_a_list_goes_on_after_a_name(database: Database, office: Office) -> None:
    async with database.writing(OURS) as unit:
        for name in ("a", "b", "c"):
            await office.definitions.put(unit, ADA, SEQ, name, SEQUENCE)
        first = await office.definitions.list(unit, DefinitionFilter(), None, 2)
        rest = await office.definitions.list(unit, DefinitionFilter(), (first[-1].name, first[-1].id), 2)
    assert [[each.name for each in part] for part in (first, rest)] == [["a", "b"], ["c"]]


async def test_a_workflow_is_refused_that_names_what_is_not_there(database: Database, office: Office) -> None:
    body = workflow(step("a", sequence="look arund"), step("b", version=7), {"id": "c", "helper": "pik"})
    async with database.writing(OURS) as unit:
        await office.furnish(unit)
        with pytest.raises(BadDocument) as caught:
            await office.definitions.put(unit, ADA, FLOW, "other", body)
    assert [(fault.where, fault.reason, fault.hint) for fault in caught.value.faults] == [
        ("steps[0].sequence", "unknown sequence look arund", "did you mean look around?"),
        ("steps[1].version", "look around has no version 7", "it has: 1"),
        ("steps[2].helper", "unknown helper pik", "did you mean pick?"),
    ]


@pytest.mark.parametrize("name", ["", " a", "a/b", "a" * 201, "a\nb"])
async def test_a_name_that_could_lead_elsewhere_is_refused(sqlite_url: str, office: Office, name: str) -> None:
    async with Database.open(sqlite_url) as database, database.writing(OURS) as unit:
        with pytest.raises(BadDocument, match="definition: name"):
            await office.definitions.put(unit, ADA, SEQ, name, SEQUENCE)


async def test_a_run_pins_what_its_workflow_names(database: Database, office: Office) -> None:
    async with database.writing(OURS) as unit:
        await office.furnish(unit)
        await office.definitions.put(unit, ADA, SEQ, "look around", SEQUENCE | {"description": "x"})
        steps = (step("now"), step("then", version=1), {"id": "helped", "helper": "pick"})
        flow = await office.definitions.put(unit, ADA, FLOW, "both", workflow(*steps))
        pinned = await office.definitions.pin(unit, flow.id, None)
        document = await office.definitions.sequence(unit, pinned.steps[1].sequence_id or "", 1)
    assert [(each.id, each.sequence, each.sequence_version) for each in pinned.steps] == [
        ("now", "look around", 2),
        ("then", "look around", 1),
        ("helped", "pick", None),
    ]
    assert document.text == canonical(SEQUENCE).encode()
    assert (pinned.version, pinned.versions["both"]) == (1, 1)


async def test_screens_are_the_newest_snapshot(database: Database, office: Office) -> None:
    async with database.writing(OURS) as unit:
        with pytest.raises(UnknownDefinition, match="the client has no screens"):
            await office.definitions.screens(unit)
        await office.definitions.put(unit, ADA, SCREENS, "plaza", {"content": "a" * 64})
        office.clock.advance(1)
        await office.definitions.put(unit, ADA, SCREENS, "plaza", {"content": "b" * 64})
        assert await office.definitions.screens(unit) == "b" * 64
        with pytest.raises(BadDocument, match="content"):
            await office.definitions.put(unit, ADA, SCREENS, "plaza", {"content": "elsewhere"})


async def test_what_is_not_there_says_so(database: Database, office: Office) -> None:
    async with database.writing(OURS) as unit:
        await office.furnish(unit)
    async with database.reading(SISTERS) as unit:
        with pytest.raises(UnknownDefinition, match="there is no sequence look around"):
            await office.definitions.get(unit, SEQ, "look around")
        with pytest.raises(UnknownDefinition):
            await office.definitions.workflow(unit, "0" * 32, 1)
    async with database.reading(OURS) as unit:
        with pytest.raises(UnknownDefinition, match="there is no version 9 of it"):
            await office.definitions.get(unit, SEQ, "look around", 9)


async def test_what_a_sequence_pushes_is_uploaded_first_and_kept_with_its_version(
    database: Database, office: Office
) -> None:
    picture, other = b"a picture", b"another one"
    digests = [hashlib.sha256(each).hexdigest() for each in (picture, other)]
    tasks = [{"kind": "push_media", "file": "media/a.jpg"}]
    first, second = [SEQUENCE | {"tasks": tasks, "files": {"media/a.jpg": each}} for each in digests]
    async with database.writing(OURS) as unit:
        with pytest.raises(BadDocument, match=r"files\.media/a\.jpg: is not there"):
            await office.definitions.put(unit, ADA, SEQ, "post", first)
        with pytest.raises(BadDocument, match="is not among the sequence's files"):
            await office.definitions.put(unit, ADA, SEQ, "post", SEQUENCE | {"tasks": tasks})
        with pytest.raises(ContentDiffers):
            await office.definitions.upload(digests[0], other)
        for digest, content in zip(digests, (picture, other), strict=True):
            await office.definitions.upload(digest, content)
        made = await office.definitions.put(unit, ADA, SEQ, "post", first)
        assert (await office.definitions.put(unit, ADA, SEQ, "post", second)).version == 2
        old = await office.definitions.digest(unit, SEQ, "post", "media/a.jpg", 1)
        document = await office.definitions.sequence(unit, made.id, 2)
        with pytest.raises(UnknownDefinition, match=r"names no file media/b\.jpg"):
            await office.definitions.digest(unit, SEQ, "post", "media/b.jpg")
    assert await office.definitions.content(old) == picture
    assert document.files == {"media/a.jpg": digests[1]}
