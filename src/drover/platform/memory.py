"""What the C library and the collector of cycles do with memory."""

import ctypes
import gc
import sys
from collections.abc import Generator
from contextlib import contextmanager

_M_MMAP_THRESHOLD = -3
LARGE_BYTES = 1 << 18


def return_large_blocks() -> None:
    """Let blocks of `LARGE_BYTES` go back to the system when they are freed.

    glibc raises its own threshold with every large block that is freed, up to 32 MB, and then keeps frames of 10 MB,
    and the pictures made from them, in heaps that shrink only from their ends: a process that held thirty of them once
    holds that memory for ever. With sixty phones a threshold of 4 MB left 70 MB more in use than this one does, at the
    same CPU time. Other systems do not have this call, nor this habit.
    """
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:
            mallopt(_M_MMAP_THRESHOLD, LARGE_BYTES)


@contextmanager
def loading() -> Generator[None]:
    """Load code without looking for cycles in it, then or ever: it stays to the end.

    The collector would run some twenty times while `drover up` loads, and later look at every class and function
    whenever it goes through everything, up to 0.1 s each time, in which nothing else of the process goes on.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
