"""A sequence without its folder: everything filled in, and what it pushes by digest."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from drover.platform.documents import BadDocument
from drover.sequences.domain import PushMedia
from drover.sequences.files import load_sequence, read_sequence
from drover.sequences.portable import portable

PICTURE = b"a picture"
DIGEST = hashlib.sha256(PICTURE).hexdigest()
NOWHERE = "nowhere/sequence"


def document(*tasks: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"schema": 1, "name": "Post", "app": "plaza", "tasks": list(tasks)} | fields


def pushed(file: str) -> dict[str, Any]:
    return {"kind": "push_media", "file": file}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "a.jpg").write_bytes(PICTURE)
    return tmp_path


def test_it_is_read_without_its_folder_as_it_is_within(folder: Path) -> None:
    used = {"schema": 1, "tasks": {"rest": {"kind": "wait", "seconds": 1}}}
    (folder / "tasks.json").write_text(json.dumps(used))
    path = folder / "post.json"
    path.write_text(json.dumps(document(pushed("./media//a.jpg"), {"use": "rest"})))
    found = portable(path)
    assert (found.name, found.body["files"]) == ("Post", {"media/a.jpg": DIGEST})
    assert {digest: each.read_bytes() for digest, each in found.files.items()} == {DIGEST: PICTURE}
    alone = read_sequence(json.dumps(found.body), NOWHERE)
    assert [task.kind for task in alone.tasks] == ["push_media", "wait"]
    assert alone.tasks[0].act == PushMedia("nowhere/media/a.jpg", DIGEST)
    assert [task.kind for task in load_sequence(path).tasks] == ["push_media", "wait"]


def test_one_that_pushes_nothing_stays_as_it_is(folder: Path) -> None:
    path = folder / "rest.json"
    path.write_text(json.dumps(document({"kind": "wait", "seconds": 1})))
    assert portable(path).body == document({"kind": "wait", "seconds": 1})


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({}, r"tasks\[0\]\.file: media/a\.jpg is not among the sequence's files"),
        ({"media/a.jpg": DIGEST, "media/b.jpg": DIGEST}, r"files\.media/b\.jpg: no task pushes it"),
        ({"media/a.jpg": "of another"}, r"files"),
    ],
)
def test_files_that_do_not_fit_its_tasks_are_refused(files: dict[str, str], told: str) -> None:
    with pytest.raises(BadDocument, match=told):
        read_sequence(json.dumps(document(pushed("media/a.jpg"), files=files)), NOWHERE)
