"""A phone's record as a document: what an agent hands over at the end of a play, and reports are made of elsewhere."""

import gzip
import io
import re
import zlib
from typing import Final

from pydantic import TypeAdapter, ValidationError

from drover.kernel.errors import DroverError, Kind
from drover.sequences.record import PhoneRecord

MOST_BYTES: Final = 64 * 1024 * 1024
"""Of a record, unpacked. A task takes about 3 KB, and the longest plays have 20,000."""

_DIGEST: Final = re.compile(rb'"([0-9a-f]{64})"')
_RECORDS: Final = TypeAdapter(PhoneRecord)


class RecordUnreadable(DroverError):
    """A document is no record of a play."""

    kind = Kind.PROTOCOL

    def __init__(self, reason: str) -> None:
        super().__init__(f"the record of a play cannot be read: {reason}", hint="its agent may be of another version")


def written(record: PhoneRecord) -> bytes:
    """Return the record as a document; the same record gives the same bytes."""
    return gzip.compress(_RECORDS.dump_json(record), compresslevel=6, mtime=0)


def read_record(document: bytes) -> PhoneRecord:
    """Return the record that a document is. Raises RecordUnreadable."""
    try:
        return _RECORDS.validate_json(_unpacked(document))
    except ValidationError as error:
        raise RecordUnreadable(f"{error.error_count()} of its fields are wrong") from error


def digests_in(document: bytes) -> frozenset[str]:
    """Return whatever in the record may name content, of any version. Raises RecordUnreadable."""
    return frozenset(digest.decode() for digest in _DIGEST.findall(_unpacked(document)))


def _unpacked(document: bytes) -> bytes:
    try:
        with gzip.open(io.BytesIO(document)) as file:
            text = file.read(MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise RecordUnreadable(str(error)) from error
    if len(text) > MOST_BYTES:
        raise RecordUnreadable(f"it is larger than {MOST_BYTES} bytes")
    return text
