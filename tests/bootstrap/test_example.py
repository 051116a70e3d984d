"""The example of Plaza in a database."""

from pathlib import Path

import pytest

from drover.accounts.service import Apps
from drover.audit.service import Trail
from drover.bootstrap.example import Example, read_example
from drover.kernel.clock import FakeClock
from drover.kernel.errors import InvalidInput
from drover.kernel.ids import random_id
from drover.platform.blobs import MemoryBlobs
from drover.platform.content import BlobContent
from drover.platform.db.database import Database
from drover.workflows.domain.definitions import DefinitionKind
from drover.workflows.service.definitions import DefinitionFilter, Definitions, Surroundings
from tests.databases import OURS

PLAZA = Path(__file__).parents[2] / "examples" / "plaza"


@pytest.fixture
def example(database: Database) -> Example:
    trail = Trail(FakeClock(), random_id)
    content = BlobContent(MemoryBlobs())
    return Example(database, Definitions(trail, Surroundings(content=content)), Apps(trail), content)


async def test_all_of_it_is_put_and_putting_it_again_changes_nothing(example: Example) -> None:
    files = read_example(PLAZA)
    await example.put(OURS, files)
    await example.put(OURS, files)
    async with example.database.reading(OURS) as unit:
        kept = await example.definitions.list(unit, DefinitionFilter(), None, 100)
        apps = [app.name for app in await example.apps.list(unit)]
        screens = await example.definitions.screens(unit)
    workflows = {each.name for each in kept if each.kind is DefinitionKind.WORKFLOW}
    assert {each.version for each in kept} == {1}
    assert workflows == {"First day", "Daily"}
    assert "plaza" in apps
    assert await example.content.get(screens) == files.screens


def test_a_folder_without_an_example_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="holds no example"):
        read_example(tmp_path)


def test_a_document_that_is_no_object_is_refused(tmp_path: Path) -> None:
    (tmp_path / "registry").mkdir()
    (tmp_path / "workflows").mkdir()
    (tmp_path / "workflows" / "list.json").write_text("[]")
    with pytest.raises(InvalidInput, match=r"list\.json: is no JSON object"):
        read_example(tmp_path)
