"""The file of one unknown screen in the queue."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from drover.devices.geometry import Size
from drover.screens.documents import ReferenceFile, written
from drover.screens.unknown.domain import Cluster, Kept, Sighting

FRAME_NAME = r"^[0-9a-f]{16}\.png$"
_Time = AwareDatetime


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SightingFile(_Strict):
    """One sighting."""

    phone: str
    at: _Time
    app: str | None = None
    run: str = ""
    step: int | None = None
    task: str = ""
    why: str = ""
    frame: Annotated[str, Field(pattern=FRAME_NAME)] | None = None


class ClusterFile(_Strict):
    """All sightings of one unknown screen."""

    schema_: Literal[1] = Field(alias="schema", default=1)
    size: ReferenceFile
    count: int = Field(ge=1)
    first_seen: _Time
    last_seen: _Time
    sightings: list[SightingFile]


def cluster_of(document: ClusterFile, name: str) -> Cluster:
    """Return the cluster of that name that a file describes."""
    return Cluster(
        id=name,
        size=Size(document.size.width, document.size.height),
        count=document.count,
        first_seen=document.first_seen,
        last_seen=document.last_seen,
        kept=tuple(_kept(each) for each in document.sightings),
    )


def cluster_text(cluster: Cluster) -> str:
    """Return a cluster as its file's text."""
    sightings = [cluster_sighting(each) for each in cluster.kept]
    document: dict[str, object] = {
        "schema": 1,
        "size": {"width": cluster.size.width, "height": cluster.size.height},
        "count": cluster.count,
        "first_seen": _time(cluster.first_seen),
        "last_seen": _time(cluster.last_seen),
        "sightings": sightings,
    }
    return written(document)


def cluster_document(cluster: Cluster, frames: list[str]) -> dict[str, object]:
    """Return a cluster as a JSON object for other programs; `frames` are the paths of its pictures."""
    return {
        "id": cluster.id,
        "app": cluster.app,
        "count": cluster.count,
        "width": cluster.size.width,
        "height": cluster.size.height,
        "first_seen": _time(cluster.first_seen),
        "last_seen": _time(cluster.last_seen),
        "frames": frames,
        "sightings": [cluster_sighting(each) for each in cluster.kept],
    }


def cluster_sighting(kept: Kept) -> dict[str, object]:
    """Return a sighting as a JSON object."""
    seen = kept.sighting
    return {
        "phone": seen.phone,
        "at": _time(seen.at),
        "app": seen.app,
        "run": seen.run,
        "step": seen.step,
        "task": seen.task,
        "why": seen.why,
        "frame": kept.frame,
    }


def _kept(document: SightingFile) -> Kept:
    fields = document.model_dump(exclude={"frame"})
    return Kept(Sighting(**fields), document.frame)


def _time(moment: datetime) -> str:
    return moment.isoformat()
