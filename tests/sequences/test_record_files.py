"""A phone's record as a document."""

import gzip
import random

import pytest

from drover.platform.blobs import MemoryBlobs
from drover.sequences.record import PhoneRecord
from drover.sequences.record_files import RecordUnreadable, read_record, written
from tests.sequences.report.plays import failed_task, phone, task


def failed() -> PhoneRecord:
    blobs = MemoryBlobs()
    return phone(1, (task(1, blobs), failed_task(2, blobs)))


def test_it_comes_back_as_it_was_and_is_always_the_same_document() -> None:
    record = failed()
    assert read_record(written(record)) == record
    assert written(record) == written(failed())


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (b"", "fields are wrong"),
        (b"no archive", "gzip"),
        (written(failed())[:-9], "ended"),
        (gzip.compress(b"{}"), "fields are wrong"),
        (gzip.compress(random.Random(1).randbytes(100)), "fields are wrong"),
    ],
    ids=["nothing", "no archive", "cut off", "no record", "noise"],
)
def test_another_document_is_refused(document: bytes, told: str) -> None:
    with pytest.raises(RecordUnreadable, match=told):
        read_record(document)
