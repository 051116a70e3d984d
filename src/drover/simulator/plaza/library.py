"""The pictures one can choose from: those in the phone's shared storage, and a few that come with Plaza."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from drover.simulator.handset import MediaFile

_FOLDERS: Final = ("/DCIM/", "/Pictures/", "/Movies/")
_VIDEOS: Final = frozenset({".mp4", ".mov", ".webm", ".mkv", ".3gp"})
_BUILT_IN: Final = ("canyon", "violet", "lanterns", "market", "terrace", "glacier", "ridge", "tramway")
_SEED_DIGITS: Final = 12


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture or video by its file's name and digest; it is drawn from the digest alone."""

    name: str
    sha256: str

    @property
    def seed(self) -> int:
        """What the picture is drawn from."""
        return int(self.sha256[:_SEED_DIGITS], 16)

    @property
    def video(self) -> bool:
        """Whether it is a video, by its name."""
        return PurePosixPath(self.name).suffix.lower() in _VIDEOS


BUILT_IN: Final = tuple(Picture(f"{name}.jpg", hashlib.sha256(name.encode()).hexdigest()) for name in _BUILT_IN)


def pictures(files: Sequence[MediaFile]) -> tuple[Picture, ...]:
    """Return what a picker lists: the files of the camera's, pictures' and films' folders in their order, then ours."""
    stored = tuple(
        Picture(PurePosixPath(file.path).name, file.sha256)
        for file in files
        if any(folder in file.path for folder in _FOLDERS)
    )
    return (*stored, *BUILT_IN)
