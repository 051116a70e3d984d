"""Run the benchmarks named on the command line, or the quick ones; write a JSON file each and the page in docs.

`python -m bench faults --plays 500`: what follows a name are that benchmark's own figures to choose.
"""

import inspect
import json
import os
import platform
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import faults, kills, language, play, rack60, screens, soak, tap, ways
from drover.platform.logging import configure_logging

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "bench" / "results"
PAGE = ROOT / "docs" / "reference" / "benchmarks.md"

QUICK: Mapping[str, Callable[..., dict[str, Any]]] = {
    "screens": screens.run,
    "tap": tap.run,
    "ways": ways.run,
    "play": play.run,
}
LONG: Mapping[str, Callable[..., dict[str, Any]]] = {
    "language": language.run,
    "rack60": rack60.run,
    "faults": faults.run,
    "kills": kills.run,
    "soak": soak.run,
}

TARGETS = (
    ("play", "overhead_ms_p95", "≤ 30", "Drover's own time per task, p95, ms (6 phones, typical profile)"),
    ("play", "captures_per_task_p50", "≤ 3", "captures per task, median"),
    ("play", "device_ratio", "≤ 1.5", "a flow's wall time divided by its device time"),
    ("screens", "expected_ms_p50", "≤ 1", "the expected screen, CPU ms, median (1080x2400, raw pixels)"),
    ("screens", "unknown_ms_p50", "≤ 10", "unknown against 500 screens, CPU ms, median"),
    ("tap", "drover_ms_p50", "≤ 2", "a tap through the driver, ms, median (profile none)"),
    ("tap", "adbutils_ms_p50", "", "the same through adbutils, in the same run"),
    ("tap", "adb_command_ms_p50", "", "the same through the adb command, in the same run"),
    ("ways", "screencap_capture_ms_p50", "", "a capture by `screencap`, ms, median (typical profile)"),
    ("ways", "u2_capture_ms_p50", "", "the same by uiautomator2's service"),
    ("ways", "screencap_tap_ms_p50", "", "a tap by `input`, ms, median (typical profile)"),
    ("ways", "u2_tap_ms_p50", "", "the same by uiautomator2's service"),
    ("ways", "u2_attach_ms", "", "attaching for the first time: start the service, measure, choose, ms"),
    ("language", "parse_ms_p50", "≤ 0.3", "parsing a usual line with variables and choices, CPU ms, median"),
    ("language", "render_ms_p50", "≤ 0.05", "rendering it, CPU ms, median"),
    ("language", "longest_ms", "≤ 50", "the costliest of adversarial inputs of 20 KB, CPU ms"),
    ("language", "random_inputs", "100000", "random inputs parsed"),
    ("language", "undeclared_errors", "0", "of them end in anything but a tree or a declared error"),
    ("rack60", "online_s", "≤ 10", "60 simulated phones: seconds until all are online"),
    ("rack60", "completed", "60", "60 phones play the example: how many complete it"),
    ("rack60", "acting_most", "≤ 16", "of them, at most so many act at once"),
    ("rack60", "rss_mb_peak", "< 400", "memory of the driving process, MB, at most"),
    ("rack60", "hung_effect_percent", "≤ 10", "what one hung phone adds to the others' median step, %"),
    ("faults", "plays", "500", "plays under 5 % lost touches, popups, 10 % of phones gone for 5 s, slow profile"),
    ("faults", "completed_percent", "≥ 99.5", "of them complete, %"),
    ("faults", "once_acts_doubled", "0", "`once` acts that were done twice, told by the simulator"),
    ("faults", "failures_without_what_was_seen", "0", "failures that do not say what was seen"),
    ("kills", "kills", "200", "kills -9 of `drover play` at random moments, then --resume"),
    ("kills", "wrong", "0", "of them go on at a wrong task, or do not ask where nothing tells"),
    ("kills", "once_acts_doubled", "0", "`once` acts that were done twice"),
    ("soak", "minutes", "30", "soak at 1 % faults, minutes"),
    ("soak", "rss_mb_growth", "≤ 20", "memory after the warm-up, MB by which it grows"),
    ("soak", "handles_growth", "≤ 4", "open handles, by which they grow"),
    ("soak", "threads_growth", "≤ 2", "threads, by which they grow"),
)


def main() -> None:
    configure_logging(debug=False)
    RESULTS.mkdir(parents=True, exist_ok=True)
    for name, options in wanted(sys.argv[1:]):
        print(f"measuring {name} ...", flush=True)
        result = {"measured_at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine()}  # noqa: TID251
        result |= ({**QUICK, **LONG}[name])(**options)
        (RESULTS / f"{name}.json").write_text(json.dumps(result, indent=2, sort_keys=True) + "\n")
        for line in table(name, result):
            print(line)
    PAGE.write_text(page())
    print(f"wrote {PAGE.relative_to(ROOT)}")


def wanted(words: Sequence[str]) -> Sequence[tuple[str, dict[str, Any]]]:
    """Return what is to be measured, each with the options that follow its name."""
    found: list[tuple[str, dict[str, Any]]] = []
    rest = iter(words)
    for word in rest:
        if word in QUICK or word in LONG:
            found.append((word, {}))
        elif found and word.startswith("--"):
            name, options = found[-1]
            option = word.removeprefix("--").replace("-", "_")
            parameters = inspect.signature({**QUICK, **LONG}[name]).parameters
            if option not in parameters:
                raise SystemExit(f"{name} has no option {word}; it has: {', '.join(parameters)}")
            options[option] = type(parameters[option].default)(next(rest, ""))
        else:
            raise SystemExit(f"there is no benchmark {word}; choose from {', '.join((*QUICK, *LONG))}")
    return found or [(name, {}) for name in QUICK]


def machine() -> dict[str, object]:
    return {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.system()}


def table(name: str, result: Mapping[str, Any]) -> Sequence[str]:
    """Return a line for each figure, with its target where it has one."""
    targets = {key: target for bench, key, target, _ in TARGETS if bench == name}
    return [f"  {key:34} {result[key]!s:>12}  {targets.get(key, '')}" for key in result if key != "machine"]


def page() -> str:
    results = {path.stem: json.loads(path.read_text()) for path in sorted(RESULTS.glob("*.json"))}
    rows = [
        f"| {what} | {target} | {results[name][key]:.2f} |" for name, key, target, what in TARGETS if name in results
    ]
    when = max(result["measured_at"] for result in results.values())
    head = (
        f"Written by `make bench` on {when[:10]}; the whole results are in `bench/results/`. Measured on"
        f" {os.cpu_count()} shared cores against simulated phones, on no real phone. The long ones are run by name:"
        f" `python -m bench {' '.join(LONG)}`."
    )
    rows_and_head = ("| what | target | measured |", "|---|---|---|", *rows)
    return "\n".join(("# Benchmarks", "", head, "", *rows_and_head, ""))


main()
