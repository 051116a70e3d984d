"""Files that appear whole or not at all."""

import contextlib
from pathlib import Path

from drover.kernel.ids import random_id


def write_whole(path: Path, content: bytes, *, mode: int = 0o666) -> None:
    """Write the file, making its folder; what was there is replaced only once the new content is whole.

    Several may write one file at once: the last one stays. Raises OSError, of what went wrong first, with nothing left
    behind; a process that is killed leaves a hidden file that ends in `.partial`. `mode` is narrowed by the umask.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{random_id()}.partial")
    try:
        partial.touch(mode=mode, exist_ok=False)
        partial.write_bytes(content)
        partial.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        raise
