"""Removes content that nothing names any more, so that a folder of blobs does not grow for ever."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime

from drover.platform.blobs import FolderBlobs

Named = Callable[[datetime], Awaitable[Collection[str]]]
"""Returns the digests of all that is named and may be older than that moment."""


async def collect(blobs: FolderBlobs, named: Named, before: datetime) -> int:
    """Remove what was last asked for before that moment and is not named; return how much that was.

    What is named, or put or asked after meanwhile, stays, whatever happens on the way: names are looked up after the
    old content was listed, and content is put, or asked after, before it is named.
    """
    old = await asyncio.to_thread(blobs.untouched, before)
    if not old:
        return 0
    unnamed = old - frozenset(await named(before))
    return await asyncio.to_thread(lambda: sum(blobs.remove(digest, before) for digest in sorted(unnamed)))
