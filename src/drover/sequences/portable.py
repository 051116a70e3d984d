"""A sequence taken out of its folder: one document with everything filled in, and the files that it names by digest."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from drover.platform.documents import read_text
from drover.sequences.definitions import expanded
from drover.sequences.files import media_of, read_sequence


@dataclass(frozen=True, slots=True)
class PortableSequence:
    """`body` is the document; `files` are where the files lie that its `files` name, by digest."""

    name: str
    body: Mapping[str, object]
    files: Mapping[str, Path]


def portable(path: Path) -> PortableSequence:
    """Return the sequence in a file, so that it can be kept and played without its folder. Raises BadDocument."""
    text = expanded(read_text(path), path.parent, str(path))
    sequence = read_sequence(text, str(path))
    body = cast("dict[str, object]", json.loads(text))
    media = {Path(act.path).relative_to(path.parent).as_posix(): act for act in media_of(sequence.tasks)}
    if media:
        body["files"] = {name: act.sha256 for name, act in sorted(media.items())}
    return PortableSequence(sequence.name, body, {act.sha256: Path(act.path) for act in media.values()})
