import subprocess
import sys

import pytest

SMALLEST_PICTURE = 300 << 10
PROGRAM = """
import sys
from pathlib import Path
from drover.platform.memory import return_large_blocks
return_large_blocks()
size, held_mb = int(sys.argv[1]), 96
for _ in range(2):
    held = [bytearray(size) for _ in range((held_mb << 20) // size)]
    kept = held[-1]
    del held
fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
print(int(fields["VmRSS"].split()[0]) // 1024)
"""


def resident_mb(size: int) -> int:
    command = (sys.executable, "-c", PROGRAM, str(size))
    return int(subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout)


@pytest.mark.parametrize("size", [8 << 20, SMALLEST_PICTURE])
def test_memory_of_frames_and_pictures_that_are_gone_goes_back_to_the_system(size: int) -> None:
    assert resident_mb(size) < 50
