"""`make chaos`: tells how it goes, and in the last line the figures as JSON. Ends with 1 where one is not as needed."""

import argparse
import json
import signal
import sys

from bench.chaos.bases import KINDS
from bench.chaos.measuring import run
from drover.platform.logging import configure_logging


def main() -> int:
    """Measure as the options say."""
    options = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    options.add_argument("--kills", type=int, default=100, help="on each database")
    options.add_argument("--database", choices=(*KINDS, "both"), default="both")
    options.add_argument("--phones", type=int, default=12, help="how many simulated phones")
    options.add_argument("--seed", type=int, default=1, help="the same seed draws the same victims and pauses")
    options.add_argument("--json", action="store_true", help="print nothing but the last line")
    wanted = options.parse_args()
    configure_logging(debug=False)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that everything is ended and removed
    figures = run(
        kills=wanted.kills, database=wanted.database, phones=wanted.phones, seed=wanted.seed, quiet=wanted.json
    )
    print(json.dumps(figures))
    return 0 if figures["ok"] else 1


sys.exit(main())
