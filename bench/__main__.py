"""Run the benchmarks named on the command line, or all; write a JSON file each and the page in docs."""

import json
import os
import platform
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import play, screens, tap
from drover.platform.logging import configure_logging

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "bench" / "results"
PAGE = ROOT / "docs" / "reference" / "benchmarks.md"

BENCHES: Mapping[str, Callable[[], dict[str, Any]]] = {"screens": screens.run, "tap": tap.run, "play": play.run}

TARGETS = (
    ("play", "overhead_ms_p95", "≤ 30", "Drover's own time per task, p95, ms (6 phones, typical profile)"),
    ("play", "captures_per_task_p50", "≤ 3", "captures per task, median"),
    ("play", "device_ratio", "≤ 1.5", "a flow's wall time divided by its device time"),
    ("screens", "expected_ms_p50", "≤ 1", "the expected screen, CPU ms, median (1080x2400, raw pixels)"),
    ("screens", "unknown_ms_p50", "≤ 10", "unknown against 500 screens, CPU ms, median"),
    ("tap", "drover_ms_p50", "≤ 2", "a tap through the driver, ms, median (profile none)"),
    ("tap", "adbutils_ms_p50", "", "the same through adbutils, in the same run"),
    ("tap", "adb_command_ms_p50", "", "the same through the adb command, in the same run"),
)


def main() -> None:
    configure_logging(debug=False)
    names = sys.argv[1:] or list(BENCHES)
    RESULTS.mkdir(parents=True, exist_ok=True)
    for name in names:
        print(f"measuring {name} ...", flush=True)
        result = {"measured_at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine()}  # noqa: TID251
        result |= BENCHES[name]()
        (RESULTS / f"{name}.json").write_text(json.dumps(result, indent=2, sort_keys=True) + "\n")
        print(json.dumps(result, indent=2, sort_keys=True))
    PAGE.write_text(page())
    print(f"wrote {PAGE.relative_to(ROOT)}")


def machine() -> dict[str, object]:
    return {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.system()}


def page() -> str:
    results = {path.stem: json.loads(path.read_text()) for path in sorted(RESULTS.glob("*.json"))}
    rows = [
        f"| {what} | {target} | {results[name][key]:.2f} |" for name, key, target, what in TARGETS if name in results
    ]
    when = max(result["measured_at"] for result in results.values())
    head = (
        f"Written by `make bench` on {when[:10]}; the whole results are in `bench/results/`. Measured on"
        f" {os.cpu_count()} shared cores against simulated phones, on no real phone."
    )
    table = ("| what | target | measured |", "|---|---|---|", *rows)
    return "\n".join(("# Benchmarks", "", head, "", *table, ""))


main()
