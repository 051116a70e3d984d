"""Putting a picture or video where the phone's apps look for them."""

import shlex
from typing import Final

from drover.sequences.domain import PushMedia
from drover.sequences.player.errors import MediaNotThere
from drover.sequences.player.hands import Hands

FOLDER: Final = "/sdcard/Pictures/Drover"
_SCAN: Final = ("am", "broadcast", "-a", "android.intent.action.MEDIA_SCANNER_SCAN_FILE", "-d")


async def push(content: bytes, act: PushMedia, hands: Hands) -> str:
    """Push a file under a name made of its content, have it listed, and return where it is on the phone.

    One that is there already is not sent again. Raises MediaNotThere, FileRefused.
    """
    remote = f"{FOLDER}/{act.sha256[:16]}{act.path[act.path.rfind('.') :].lower()}"
    if await _size(remote, hands) != len(content):
        await hands.watch.device(hands.driver.push(content, remote))
        size = await _size(remote, hands)
        if size != len(content):
            raise MediaNotThere(remote, f"has {size} bytes instead of {len(content)}")
    await hands.watch.device(hands.driver.shell(*_SCAN, f"file://{remote}"))
    return remote


async def _size(remote: str, hands: Hands) -> int | None:
    """Return a file's size as `ls -l` tells it; None where it is not there."""
    listed = await hands.watch.device(hands.driver.shell("ls", "-l", remote))
    words = shlex.split(listed.stdout.decode("utf-8", "replace"), posix=False)
    numbers = [word for word in words[:6] if word.isdecimal()]
    return int(numbers[-1]) if listed.exit_code == 0 and numbers else None
