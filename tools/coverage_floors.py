"""Fail where tests cover less of an area than its floor. Reads build/coverage.json, which `.ci/run` has pytest write.

What only runs in processes of its own (commands, composition, the simulator's process) is tested as such by tests/cli
and tests/rack, which this cannot see; those files have no floor.
"""

import json
import re
import sys
from pathlib import Path

REPORT = Path(__file__).parents[1] / "build" / "coverage.json"
NO_FLOOR = re.compile(r"drover/(cli|bootstrap)/|drover/simulator/process\.py|drover/platform/logging\.py")
WHOLE = re.compile(r"drover/(kernel|language)/|drover/[a-z]+/domain\.py")
FLOOR = 90.0


def main() -> None:
    covered: dict[str, list[int]] = {}
    for file, measured in json.loads(REPORT.read_text())["files"].items():
        if NO_FLOOR.search(file):
            continue
        figures = measured["summary"]
        seen = figures["covered_lines"] + figures["covered_branches"]
        whole = figures["num_statements"] + figures["num_branches"]
        if WHOLE.search(file) and seen < whole:
            sys.exit(f"{file}: lines {measured['missing_lines']} or their branches are not covered; 100 % is needed")
        area = covered.setdefault(file.split("drover/")[1].split("/")[0], [0, 0])
        area[0] += seen
        area[1] += whole
    for area, (seen, whole) in sorted(covered.items()):
        percent = 100.0 * seen / whole if whole else 100.0
        print(f"{area:12} {percent:5.1f} %")
        if percent < FLOOR:
            sys.exit(f"{area}: tests cover {percent:.1f} % of lines and branches, {FLOOR:.0f} % are needed")


if __name__ == "__main__":
    main()
