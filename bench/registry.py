"""What a registry of 1,000 screens on disk costs: loading it, preparing to match, and the memory that it takes.

Every screen has three crops and a picture for each look. Each registry is loaded in a process of its own.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2

from bench.drawn import drawn_frame, written_registry
from bench.process import sample
from drover.screens.files import load_registry
from drover.screens.matching.matcher import Matcher

SCREENS = 1000
LOOKS = {"light": ("light",), "light_and_dark": ("light", "dark")}
LOOKED_AT = 20


def run(screens: int = SCREENS, seed: int = 7) -> dict[str, object]:
    """Return the figures: seconds of CPU time and MB of resident memory, for one look a screen and for two."""
    figures: dict[str, object] = {"screens": screens}
    for name, looks in LOOKS.items():
        with tempfile.TemporaryDirectory() as folder:
            written_registry(Path(folder), seed, screens, looks)
            command = [sys.executable, "-m", "bench.registry", folder, str(seed)]
            measured = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
            files = [path for path in Path(folder).rglob("*") if path.is_file()]
            size = sum(path.stat().st_size for path in files) / 1024**2
        figures |= {f"{name}_{figure}": value for figure, value in measured.items()}
        figures |= {f"{name}_files": len(files), f"{name}_disk_mb": round(size, 1)}
    return figures


def measure(folder: Path, seed: int) -> dict[str, float]:
    """Load the registry, make a matcher of it and look at unknown frames; return what that costs this process."""
    cv2.setNumThreads(1)
    baseline = sample().rss_mb
    started = time.process_time()
    loaded = load_registry(folder)
    in_service = time.process_time()
    matcher = Matcher(loaded.registry)
    ready = time.process_time()
    resident = sample().rss_mb
    for number in range(LOOKED_AT):
        matcher.identify(drawn_frame(seed, "stranger", number))
    return {
        "refused": len(loaded.refusals),
        "load_cpu_s": round(in_service - started, 2),
        "matcher_cpu_s": round(ready - in_service, 2),
        "baseline_mb": round(baseline, 1),
        "rss_mb": round(resident, 1),
        "rss_mb_in_use": round(sample().rss_mb, 1),
    }


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]), int(sys.argv[2]))))
