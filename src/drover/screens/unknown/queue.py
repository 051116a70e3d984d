"""The queue of unknown screens: a folder of its own, one folder in it for each cluster.

    <queue>/<id>/cluster.json     the sightings and how many there were
    <queue>/<id>/look.png         the screen made small: what pictures are compared with
    <queue>/<id>/frames/*.png     the last pictures

Several processes may use it at once. Files and clusters appear whole or not at all: what is named is there before it is
named. What is not the queue's own is left alone.
"""

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
from collections.abc import Generator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

import cv2

from drover.devices.frame import Frame, Pixels
from drover.devices.picture import encoded
from drover.kernel.errors import DroverError, Kind
from drover.kernel.ids import random_id
from drover.platform.documents import BadDocument, parse, read_text
from drover.platform.files import write_whole
from drover.screens.identify import BadFrame, read_frame
from drover.screens.unknown.documents import ClusterFile, cluster_of, cluster_text
from drover.screens.unknown.domain import Cluster, Kept, Limits, Sighting
from drover.screens.unknown.likeness import alike, small_picture

_CLUSTER, _LOOK, _FRAMES = "cluster.json", "look.png", "frames"
_ID: Final = re.compile(r"[0-9a-f]{10}")
_FRAME: Final = re.compile(r"[0-9a-f]{16}\.png")
_ID_DIGITS, _FRAME_DIGITS = 10, 16
_GONE: Final = ".gone-"


class QueueUnusable(DroverError):
    """The queue's folder cannot be read or written."""

    kind = Kind.UNAVAILABLE

    def __init__(self, folder: Path, error: OSError) -> None:
        reason = (error.strerror or str(error)).lower()
        super().__init__(
            f"{folder}: the queue of unknown screens cannot be used ({reason})",
            hint="check the folder's rights and the free space, or set unknown_dir",
        )


class UnknownCluster(DroverError):
    """The queue has no cluster of that id."""

    kind = Kind.NOT_FOUND

    def __init__(self, name: str, folder: Path) -> None:
        super().__init__(
            f"{name} is not in the queue of unknown screens, {folder}", hint="`drover screens unknown` lists them"
        )


@dataclass(frozen=True, slots=True)
class Listing:
    """What is in the queue: the clusters, the last seen first, and a sentence for each that cannot be read."""

    clusters: tuple[Cluster, ...]
    unreadable: tuple[str, ...]


class UnknownQueue:
    """One queue. Its calls read and write files, and compute: never make them on a loop. They raise QueueUnusable."""

    def __init__(self, folder: Path, limits: Limits | None = None) -> None:
        self.folder = folder
        self._limits = limits or Limits()

    def add(self, frame: Frame, sighting: Sighting) -> str:
        """Keep a sighting of an unknown screen, with its picture; return its cluster's id."""
        small, digest = small_picture(frame), hashlib.sha256(frame.pixels.tobytes()).hexdigest()
        name = f"{digest[:_FRAME_DIGITS]}.png"
        with self._alone():
            found = self._alike(frame, small)
            cluster = found or Cluster(digest[:_ID_DIGITS], frame.size, 0, sighting.at, sighting.at, ())
            added = replace(
                cluster,
                count=cluster.count + 1,
                first_seen=min(cluster.first_seen, sighting.at),
                last_seen=max(cluster.last_seen, sighting.at),
                kept=(*cluster.kept, Kept(sighting, name)),
            )
            place = self.folder / added.id
            if name not in cluster.frames:
                bgr = cv2.cvtColor(frame.pixels, cv2.COLOR_RGBA2BGR)
                write_whole(place / _FRAMES / name, encoded(".png", bgr, [cv2.IMWRITE_PNG_COMPRESSION, 3]))
            if found is None:
                write_whole(place / _LOOK, encoded(".png", small))
            self._save(_trimmed(added, self._limits))
            self._make_room()
        return added.id

    def listing(self) -> Listing:
        """Return what is in the queue; a folder that is not there is an empty one."""
        with self._together():
            clusters, unreadable = list[Cluster](), list[str]()
            for name in self._names():
                try:
                    clusters.append(self._read(name))
                except BadDocument as error:
                    unreadable.append(error.message)
        return Listing(tuple(sorted(clusters, key=_last_seen, reverse=True)), tuple(unreadable))

    def cluster(self, name: str) -> Cluster:
        """Return the cluster of that id. Raises UnknownCluster, BadDocument."""
        with self._together():
            self._check(name)
            return self._read(name)

    def frames(self, cluster: Cluster) -> tuple[Frame, ...]:
        """Return the pictures that are kept of a cluster, the oldest first. Raises BadFrame."""
        with self._together():
            return tuple(read_frame(path) for path in self.paths(cluster))

    def paths(self, cluster: Cluster) -> tuple[Path, ...]:
        """Return where the pictures of a cluster are."""
        return tuple(self.folder / cluster.id / _FRAMES / name for name in cluster.frames)

    def drop(self, name: str) -> None:
        """Remove a cluster with all that was kept of it. Raises UnknownCluster."""
        with self._alone():
            self._check(name)
            self._remove(name)

    def _alike(self, frame: Frame, small: Pixels) -> Cluster | None:
        """Return the cluster that the frame belongs to; one that cannot be read gets nothing added."""
        for name in self._names():
            with contextlib.suppress(BadDocument, BadFrame):
                look = read_frame(self.folder / name / _LOOK).pixels[:, :, 0]
                if alike(look, small) and self._read(name).size == frame.size:
                    return self._read(name)
        return None

    def _make_room(self) -> None:
        """Drop the clusters, and then the pictures, that were seen least lately, until all is within the limits."""
        clusters: list[Cluster] = []
        for name in self._names():
            with contextlib.suppress(BadDocument):
                clusters.append(self._read(name))
        clusters.sort(key=_last_seen)
        while len(clusters) > self._limits.clusters:
            self._remove(clusters.pop(0).id)
        sizes = {path: path.stat().st_size for each in clusters for path in self.paths(each) if path.exists()}
        oldest = sorted(
            (kept.sighting.at, each.id, kept.frame)
            for each in clusters
            for kept in each.kept
            if kept.frame is not None and kept.sighting.at == _last_of(each, kept.frame)
        )
        by_id = {each.id: each for each in clusters}
        for _, name, frame in oldest[:-1]:
            if sum(sizes.values()) <= self._limits.bytes:
                return
            by_id[name] = _without(by_id[name], frame)
            self._save(by_id[name])
            sizes.pop(self.folder / name / _FRAMES / frame, None)

    def _names(self) -> list[str]:
        if not self.folder.exists():
            return []
        return sorted(
            entry.name
            for entry in os.scandir(self.folder)
            if _ID.fullmatch(entry.name)
            and entry.is_dir(follow_symlinks=False)
            and (self.folder / entry.name / _CLUSTER).is_file()
        )

    def _check(self, name: str) -> None:
        if name not in self._names():
            raise UnknownCluster(name, self.folder)

    def _read(self, name: str) -> Cluster:
        path = self.folder / name / _CLUSTER
        return cluster_of(parse(ClusterFile, read_text(path), str(path)), name)

    def _save(self, cluster: Cluster) -> None:
        """Write the cluster's file, then remove the pictures that it does not name."""
        place = self.folder / cluster.id
        write_whole(place / _CLUSTER, cluster_text(cluster).encode())
        for entry in os.scandir(place / _FRAMES):
            if _FRAME.fullmatch(entry.name) and entry.name not in cluster.frames:
                Path(entry.path).unlink(missing_ok=True)

    def _remove(self, name: str) -> None:
        (self.folder / name).rename(self.folder / f"{_GONE}{random_id()}")
        for gone in self.folder.glob(f"{_GONE}*"):  # also what a process that died left
            shutil.rmtree(gone)

    @contextlib.contextmanager
    def _alone(self) -> Generator[None]:
        """Have the queue for oneself; the folder is made."""
        with self._errors():
            self.folder.mkdir(parents=True, exist_ok=True)
            with self._locked(fcntl.LOCK_EX):
                yield

    @contextlib.contextmanager
    def _together(self) -> Generator[None]:
        """Keep others from writing meanwhile."""
        with self._errors():
            if self.folder.exists():
                with self._locked(fcntl.LOCK_SH):
                    yield
            else:
                yield

    @contextlib.contextmanager
    def _locked(self, kind: int) -> Generator[None]:
        place = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(place, kind)  # the system takes it from a process that dies
            yield
        finally:
            os.close(place)

    @contextlib.contextmanager
    def _errors(self) -> Generator[None]:
        try:
            yield
        except OSError as error:
            raise QueueUnusable(self.folder, error) from error


def _last_seen(cluster: Cluster) -> tuple[datetime, str]:
    return cluster.last_seen, cluster.id


def _last_of(cluster: Cluster, frame: str) -> datetime:
    return max(kept.sighting.at for kept in cluster.kept if kept.frame == frame)


def _trimmed(cluster: Cluster, limits: Limits) -> Cluster:
    """Return the cluster with its last sightings, and the last pictures, that the limits allow."""
    short = replace(cluster, kept=cluster.kept[-limits.sightings :])
    latest = list(dict.fromkeys(kept.frame for kept in reversed(short.kept) if kept.frame is not None))
    for frame in latest[limits.frames :]:
        short = _without(short, frame)
    return short


def _without(cluster: Cluster, frame: str) -> Cluster:
    kept = tuple(replace(each, frame=None) if each.frame == frame else each for each in cluster.kept)
    return replace(cluster, kept=kept)
