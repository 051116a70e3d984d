import subprocess
import sys

PROGRAM = """
import sys
from pathlib import Path
from drover.platform.memory import return_large_blocks
if sys.argv[1] == "returning":
    return_large_blocks()
for _ in range(2):
    held = [bytearray(8 << 20) for _ in range(12)]
    kept = held[-1]
    del held
fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
print(int(fields["VmRSS"].split()[0]) // 1024)
"""


def resident_mb(how: str) -> int:
    done = subprocess.run((sys.executable, "-c", PROGRAM, how), stdout=subprocess.PIPE, check=True, text=True)
    return int(done.stdout)


def test_memory_of_frames_that_are_gone_goes_back_to_the_system() -> None:
    assert resident_mb("returning") < 50
