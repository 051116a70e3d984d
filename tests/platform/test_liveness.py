import subprocess
import sys
from pathlib import Path

from drover.platform.liveness import Liveness

PROGRAM = """
import sys
from pathlib import Path
from drover.platform.liveness import Liveness
liveness = Liveness(Path(sys.argv[1]))
liveness.begin()
print(liveness.me, flush=True)
sys.stdin.read()
"""


def test_an_owner_is_seen_until_it_ends(tmp_path: Path) -> None:
    one, other = Liveness(tmp_path / "alive"), Liveness(tmp_path / "alive")
    one.begin()
    other.begin()
    assert one.lives(one.me)
    assert other.lives(one.me)
    one.end()
    one.end()
    assert not other.lives(one.me)
    other.end()
    assert list((tmp_path / "alive").iterdir()) == []


def test_a_killed_process_is_seen_no_more_and_its_file_is_removed(tmp_path: Path) -> None:
    words = (sys.executable, "-c", PROGRAM, str(tmp_path))
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        number = int(process.stdout.readline())
        watcher = Liveness(tmp_path)
        assert watcher.lives(number)
        process.kill()
        process.wait()
        assert not watcher.lives(number)
    assert list(tmp_path.iterdir()) == []


def test_nobody_is_seen_who_never_was(tmp_path: Path) -> None:
    assert not Liveness(tmp_path).lives(7)
