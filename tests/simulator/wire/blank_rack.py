"""A rack of blank handsets as a process: `python -m tests.simulator.wire.blank_rack [parent]`."""

import asyncio
import sys

from drover.simulator.process import serve
from drover.simulator.rack import RackOptions
from tests.simulator.wire.blank_handset import blank_handset

if __name__ == "__main__":
    options = RackOptions(phones=2, profile="none", with_parent="parent" in sys.argv)
    asyncio.run(serve(options, lambda line: print(line, flush=True), blank_handset))  # noqa: T201  as `drover sim` does
