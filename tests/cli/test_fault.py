"""`drover sim --fault`, `--faults` and `drover fault`, as a user runs them."""

import json

import pytest

from drover.cli.main import run
from tests.cli.desk import FAST, Desk, outcome
from tests.cli.test_sim import ready_line

SCRIPT = '[{"phones": "phone2", "fault": "low_battery", "percent": 3}]'


def test_faults_come_by_option_by_script_and_by_a_command_to_what_runs(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    def told(*words: str) -> dict[str, list[dict[str, object]]]:
        assert run(["fault", control, *words], debug=False) == 0
        return json.loads(capsys.readouterr().out)

    script = desk.write("faults.json", SCRIPT)
    process = desk.start("sim", "--phones", "2", *FAST, "--fault", "phone1:dim,strength=0.3", "--faults", script)
    control = ready_line(process)["control"]
    assert told() == {
        "phone1": [{"fault": "dim", "strength": 0.3, "state": "active"}],
        "phone2": [{"fault": "low_battery", "percent": 3, "state": "active"}],
    }
    assert told("phone1", "frozen")["phone1"][-1] == {"fault": "frozen", "state": "active"}
    assert told("all", "--clear") == {"phone1": [], "phone2": []}
    process.terminate()
    assert outcome(process).code == 0


@pytest.mark.parametrize(
    ("words", "code", "complaint"),
    [
        (("sim", "--fault", "phone1"), 2, "names no phone or no fault"),
        (("sim", "--fault", "phone1:fire"), 2, "fault 'fire' is not known"),
        (("sim", "--fault", "phone2:crash"), 2, "'phone2', which is not in this rack"),
        (("sim", "--fault", "phone1:crash,on_page=plaza.fed"), 2, "did you mean plaza.feed"),
        (("sim", "--faults", "nowhere.json"), 2, "nowhere.json: cannot be read"),
        (("sim", "--users", "9"), 2, "--users 9 is not possible"),
        (("fault", "http://127.0.0.1:1"), 3, "no simulated phones answer at http://127.0.0.1:1"),
        (("fault", "http://127.0.0.1:1", "phone1", "dim,strength"), 2, "'strength' is no key=value"),
        (("fault", "http://127.0.0.1:1", "phone1", "dim,strength=1", "--clear"), 2, "is no fault's name"),
    ],
)
def test_what_cannot_be_is_refused_with_reason_and_code(
    words: tuple[str, ...], code: int, complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(list(words), debug=False) == code
    assert complaint in capsys.readouterr().err


def test_the_help_names_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sim", "--help"], debug=False) == 0
    told = capsys.readouterr().out
    assert json.dumps([option for option in ("--auth", "--users", "--fault", "--faults") if option not in told]) == "[]"
