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
from importlib import import_module
from pathlib import Path
from typing import Any

from drover.platform.logging import configure_logging

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "bench" / "results"
PAGE = ROOT / "docs" / "reference" / "benchmarks.md"

QUICK = ("screens", "reading", "tap", "ways", "play")
LONG = (
    "learning",
    "language",
    "rack60",
    "faults",
    "kills",
    "chaos",
    "soak",
    "up60",
    "plaza_screens",
    "index",
    "registry",
    "airtest",
    "start",
    "lists",
    "loop",
    "wall",
)

TARGETS = (
    ("play", "overhead_ms_p95", "≤ 30", "Drover's own time per task, p95, ms (6 phones, typical profile)"),
    ("play", "captures_per_task_p50", "≤ 3", "captures per task, median"),
    ("play", "device_ratio", "≤ 1.5", "a flow's wall time divided by its device time"),
    ("screens", "expected_ms_p50", "≤ 1", "the expected screen, CPU ms, median (1080x2400, raw pixels)"),
    ("screens", "unknown_ms_p50", "≤ 15", "unknown against 1,000 screens, CPU ms, median"),
    ("screens", "known_ms_p50", "", "one of 1,000 screens, not expected, CPU ms, median"),
    ("registry", "light_load_cpu_s", "≤ 2", "loading 1,000 screens of 3 crops and a picture from disk, CPU s"),
    ("registry", "light_matcher_cpu_s", "", "preparing to match them, CPU s"),
    ("registry", "light_rss_mb_in_use", "≤ 300", "memory of the process with them in use, MB"),
    ("registry", "light_and_dark_load_cpu_s", "", "loading 1,000 screens, each light and dark, CPU s"),
    ("registry", "light_and_dark_rss_mb_in_use", "≤ 300", "memory of the process with these in use, MB"),
    ("registry", "light_baseline_mb", "", "memory before anything is loaded, MB"),
    ("index", "accepted", "", "worn frames that the matcher accepts (real screenshots, and pages)"),
    ("index", "recall_percent", "100", "of them the index admits, %"),
    ("index", "survivors_mean", "", "screens that it leaves to be compared, mean"),
    ("airtest", "pairs", "", "pairs of a frame and a screen, decided by Drover and by Airtest"),
    ("airtest", "times_less_cpu", "≥ 20", "times less CPU that Drover takes for them"),
    ("airtest", "drover_ms_mean", "", "a decision by Drover, CPU ms, mean"),
    ("airtest", "airtest_ms_mean", "", "the same by Airtest"),
    ("airtest", "drover_false_accepts", "0", "frames that Drover takes wrongly for the screen"),
    ("airtest", "airtest_false_accepts", "", "frames that Airtest takes wrongly for the screen"),
    ("airtest", "airtest_in_place_false_accepts", "", "of them with everything found in its place"),
    ("airtest", "drover_false_rejects", "0", "frames of the screen that Drover does not recognise"),
    ("airtest", "airtest_false_rejects", "", "frames of the screen that Airtest does not recognise"),
    ("reading", "passed_percent", "", "expected texts that are read where they stand, %"),
    ("reading", "wrong_texts", "≥ 5000", "wrong texts, near misses, put to the same crops"),
    ("reading", "wrong_accepted", "0", "of them accepted"),
    ("reading", "ms_mean", "≤ 25", "verifying an expected text, CPU ms a crop, mean"),
    ("reading", "ms_p95", "", "the same, p95: texts of 20 letters and more"),
    ("tap", "drover_ms_p50", "≤ 2", "a tap through the driver, ms, median (profile none)"),
    ("tap", "adbutils_ms_p50", "", "the same through adbutils, in the same run"),
    ("tap", "adb_command_ms_p50", "", "the same through the adb command, in the same run"),
    ("ways", "screencap_capture_ms_p50", "", "a capture by `screencap`, ms, median (typical profile)"),
    ("ways", "u2_capture_ms_p50", "", "the same by uiautomator2's service"),
    ("ways", "screencap_tap_ms_p50", "", "a tap by `input`, ms, median (typical profile)"),
    ("ways", "u2_tap_ms_p50", "", "the same by uiautomator2's service"),
    ("ways", "u2_attach_ms", "", "attaching for the first time: start the service, measure, choose, ms"),
    ("learning", "pictures", "", "real screenshots and pages of the demo apps, learned from one picture each"),
    ("learning", "left_out", "0", "of them could not be made unique"),
    ("learning", "learning_cpu_s", "", "learning them all, CPU seconds"),
    (
        "learning",
        "recognised_percent",
        "≥ 99",
        "recognised as JPEG 60, 720 and 1440 wide, moved by 8, with another clock, %",
    ),
    ("learning", "wrong_screens", "0", "of these taken for another screen"),
    ("learning", "scrimmed_accepted", "0", "screens seen behind a dialog that dims them"),
    ("learning", "undimmed_accepted", "0", "screens seen behind a registered dialog that does not dim them"),
    ("learning", "pairs", "≥ 10,000", "pictures compared with another screen"),
    ("learning", "false_accepts", "0", "of them accepted"),
    ("learning", "closest_impostor_margin", "> 0", "how far the closest impostor is from passing, as correlation"),
    (
        "plaza_screens",
        "frames",
        "",
        "pictures of Plaza and Notes: 12 looks, states, keyboards, popups over pages",
    ),
    ("plaza_screens", "wrong", "0", "of them taken for another screen than is shown"),
    ("plaza_screens", "pages_right_percent", "100", "pages recognised, text of normal size, %"),
    ("plaza_screens", "pages_large_right_percent", "≥ 99", "pages recognised, text 1.3 times as large, %"),
    ("plaza_screens", "states_right_percent", "100", "the same pages typed into, scrolled, with other contents, %"),
    ("plaza_screens", "covered_wrong", "0", "each popup over each page: taken for the page beneath"),
    ("plaza_screens", "impostor_closest", "< 0.90", "closest impostor of any screen: correlation of its worst region"),
    ("wall", "first_view_ms", "≤ 1500", "a wall of 60 phones in Chromium: ms until each has its first picture"),
    ("wall", "frames_per_s", "≥ 100", "pictures drawn a second, of 60 phones x 2"),
    ("wall", "loop_cpu_percent", "≤ 10", "the server's loop meanwhile, % of a core"),
    ("wall", "server_cpu_percent", "", "the whole process without its agent, % of a core"),
    ("wall", "worst_callbacks_ms", "≤ 50", "the longest that the loop computed between two looks at it, CPU ms"),
    (
        "wall",
        "tap_all_ms_p95",
        "≤ 120",
        "a tap on 9 selected phones: ms until it shows on all, p95, without device time",
    ),
    ("wall", "tap_lead_ms_p95", "", "the same until it shows where the tap was made"),
    ("wall", "stalled_rss_mb", "", "memory beside a viewer that reads nothing, MB"),
    (
        "wall",
        "three_rss_growth_mb",
        "",
        "growth of memory with three viewers, from one stretch of 10 s to the next, MB",
    ),
    (
        "wall",
        "simulated_frames_per_s",
        "",
        "the same wall fed by a simulated rack at rest, whose unchanged pictures come every 2 s",
    ),
    ("wall", "simulated_server_cpu_percent", "", "the process without its agent then, % of a core"),
    ("wall", "load_before", "", "the machine's load before: figures of the browser are the machine's too"),
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
    ("chaos", "kills", "200", "kills -9 of `drover up`, its adb server and PostgreSQL while runs go on on 12 phones"),
    ("chaos", "runs", "", "runs that were asked for meanwhile, of two `once` acts each"),
    ("chaos", "lost_runs", "0", "of them are lost, or did not act"),
    ("chaos", "doubled_once_acts", "0", "`once` acts that were done twice, told by the simulator"),
    ("chaos", "double_owners", "0", "leases that overlap, or whose token does not rise"),
    ("chaos", "overdue_leases", "0", "leases left when nothing runs"),
    ("chaos", "stale_acts_accepted", "0", "acts that a phone took while their run did not hold it"),
    ("chaos", "resume_p95_s", "≤ 10", "from a restart until a run that was cut off goes on, s, p95"),
    ("up60", "runs", "1000", "runs on 60 simulated phones through one `drover up`"),
    ("up60", "completed", "1000", "of them complete"),
    ("up60", "doubled", "0", "`once` acts that were done twice, told by the simulator"),
    ("up60", "runs_per_minute", "", "runs a minute, of 16 tasks each"),
    ("up60", "cpu_s_per_run", "", "CPU a run, s, of everything but the simulator"),
    ("up60", "rss_mb_peak", "", "memory of the process, MB, at most"),
    ("up60", "database_kb_per_run", "", "by which the database's file grows with a run, KB"),
    ("start", "start_ms_p50", "", "from asking the API for a run to the agent's first call to its phone, ms, median"),
    ("start", "start_ms_p95", "≤ 150", "the same, p95, of an idle machine (profile none)"),
    ("start", "start_cpu_ms_p50", "", "CPU of it, all threads of `drover up`, ms, median"),
    ("start", "load_before", "", "what else the machine was at: its load, of two cores"),
    ("lists", "task_runs", "1000000", "task runs on PostgreSQL, of eight clients"),
    ("lists", "one_client_ms_p95", "≤ 50", "a page of 100 through the API, the slowest of 14 lists, ms, p95"),
    ("lists", "several_clients_ms_p95", "≤ 50", "a page of 100 of all clients, the slowest of 4 lists, ms, p95"),
    ("lists", "cpu_ms_p50", "", "CPU of this process for a page, the costliest list, ms, median"),
    ("lists", "load_before", "", "what else the machine was at: its load, of two cores"),
    ("loop", "callbacks", "", "callbacks on both loops: 12 phones at work, people looking"),
    ("loop", "server_over_50_ms_cpu", "0", "of the server's, took more than 50 ms of CPU"),
    ("loop", "server_cpu_ms_max", "≤ 50", "the longest of them, CPU ms"),
    ("loop", "agent_over_50_ms_cpu", "0", "of the agent's, took more than 50 ms of CPU"),
    ("loop", "agent_cpu_ms_max", "≤ 50", "the longest of them, CPU ms"),
    ("soak", "minutes", "60", "soak through `drover up` at 1 % faults, minutes"),
    ("soak", "rss_mb_growth", "≤ 20", "memory after the warm-up, MB by which it grows"),
    ("soak", "handles_growth", "≤ 4", "open handles, by which they grow"),
    ("soak", "threads_growth", "≤ 2", "threads, by which they grow"),
)

COMPARED = (
    "Drover and Airtest {} (`Template.match_in`, its defaults, with the place and the resolution that AirtestIDE"
    " records) decide the same pairs with the same crops: screens of `shared/screens`, learned from one picture each."
    " For Airtest a frame is the screen where it finds every crop. Each runs on one thread, Airtest in an environment"
    " of its own that the benchmark makes (`build/bench-airtest`); both start from pixels in memory, Airtest reads its"
    " crops from files as it always does. Wrong decisions:"
)
FIGURES = (("mean", "mean"), ("median", "p50"), ("most", "max"))


def main() -> None:
    configure_logging(debug=False)
    RESULTS.mkdir(parents=True, exist_ok=True)
    for name, options in wanted(sys.argv[1:]):
        print(f"measuring {name} ...", flush=True)
        result = {"measured_at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine()}  # noqa: TID251
        result |= measure(name)(**options)
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
            parameters = inspect.signature(measure(name)).parameters
            if option not in parameters:
                raise SystemExit(f"{name} has no option {word}; it has: {', '.join(parameters)}")
            options[option] = type(parameters[option].default)(next(rest, ""))
        else:
            raise SystemExit(f"there is no benchmark {word}; choose from {', '.join((*QUICK, *LONG))}")
    return found or [(name, {}) for name in QUICK]


def measure(name: str) -> Callable[..., dict[str, Any]]:
    """Return what measures it, loaded only now: what others need is not in this one's memory."""
    return import_module(f"bench.{name}").run


def machine() -> dict[str, object]:
    return {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.system()}


def table(name: str, result: Mapping[str, Any]) -> Sequence[str]:
    """Return a line for each figure, with its target where it has one."""
    targets = {key: target for bench, key, target, _ in TARGETS if bench == name}
    return [f"  {key:34} {result[key]!s:>12}  {targets.get(key, '')}" for key in result if key != "machine"]


def page() -> str:
    results = {path.stem: json.loads(path.read_text()) for path in sorted(RESULTS.glob("*.json"))}
    rows = [
        f"| {what} | {target} | {results[name][key]:.2f} |"
        for name, key, target, what in TARGETS
        if key in results.get(name, {})
    ]
    when = max(result["measured_at"] for result in results.values())
    head = (
        f"Written by `make bench` on {when[:10]}; the whole results are in `bench/results/`. Measured on"
        f" {os.cpu_count()} shared cores against simulated phones, on no real phone. The long ones are run by name:"
        f" `python -m bench {' '.join(LONG)}`."
    )
    rows_and_head = ("| what | target | measured |", "|---|---|---|", *rows)
    return "\n".join(("# Benchmarks", "", head, "", *rows_and_head, "", *comparison(results.get("airtest", {}))))


def comparison(result: Mapping[str, Any]) -> Sequence[str]:
    """Return the part of the page on Airtest: what each side decides wrongly, by kind of frame."""
    if not result:
        return ()
    rows = [
        f"| {kind} | {count['pairs']} | {count['drover']} | {count['airtest']} |"
        for kind, count in result["wrong_by_kind"].items()
    ]
    return (
        "## Is this frame that screen?",
        "",
        COMPARED.format(result["airtest"]),
        "",
        "| frame | pairs | Drover | Airtest |",
        "|---|---|---|---|",
        *rows,
        "",
        "| CPU ms a decision | Drover | Airtest |",
        "|---|---|---|",
        *(f"| {name} | {result[f'drover_ms_{key}']} | {result[f'airtest_ms_{key}']} |" for name, key in FIGURES),
        "",
    )


main()
