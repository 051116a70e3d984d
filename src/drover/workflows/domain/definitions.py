"""Definitions as data: their canonical form, which decides whether two are the same, and how they differ. Pure."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import unified_diff
from enum import Enum
from typing import Final, cast

from drover.kernel.errors import DroverError, Kind


class DefinitionKind(Enum):
    """What is kept in versions. A definition of `screens` is the digest of the content of a registry's snapshot."""

    SEQUENCE = "sequence"
    WORKFLOW = "workflow"
    SCREENS = "screens"


def canonical(body: Mapping[str, object]) -> str:
    """Return the text of a definition: equal ones have equal texts, however their members were ordered."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True, indent=2) + "\n"


def digest_of(body: Mapping[str, object]) -> str:
    """Return the SHA-256, in hexadecimal, of the canonical text."""
    return hashlib.sha256(canonical(body).encode()).hexdigest()


def difference(old: Mapping[str, object], new: Mapping[str, object], old_name: str, new_name: str) -> str:
    """Return how `new` differs from `old`, as a unified diff of their texts; empty where they are the same."""
    lines = unified_diff(canonical(old).splitlines(), canonical(new).splitlines(), old_name, new_name, lineterm="")
    return "\n".join(lines)


ARCHIVE: Final = "screens.zip"


def files_of(kind: DefinitionKind, body: Mapping[str, object]) -> Mapping[str, str]:
    """Return the SHA-256 of what a definition's body names in the content store, by names within the definition."""
    match kind:
        case DefinitionKind.SEQUENCE:
            return cast("Mapping[str, str]", body.get("files") or {})
        case DefinitionKind.SCREENS:
            return {ARCHIVE: str(body["content"])}
        case DefinitionKind.WORKFLOW:
            return {}


class DefinitionStatus(Enum):
    """Whether a definition is offered for use. What is retired keeps its versions: runs name them."""

    ACTIVE = "active"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Definition:
    """What has a name and versions; `version` is the one in use, the newest."""

    id: str
    kind: DefinitionKind
    name: str
    version: int
    status: DefinitionStatus
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a definition: who made it, when, and what they noted."""

    definition_id: str
    version: int
    body: Mapping[str, object]
    digest: str
    by: str
    at: datetime
    note: str = ""


class UnknownDefinition(DroverError):
    """There is no definition of that name, or no such version of it."""

    kind = Kind.NOT_FOUND
