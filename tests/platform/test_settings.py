from pathlib import Path

import pytest

from drover.kernel.errors import InvalidInput
from drover.platform.settings import load_settings


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DROVER_DATA_DIR", raising=False)
    return tmp_path


def test_data_go_to_the_users_data_folder(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(folder))
    assert load_settings().data_dir == folder / "drover"


def test_without_a_data_folder_they_go_below_the_home_folder(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setenv("HOME", str(folder))
    assert load_settings().data_dir == folder / ".local" / "share" / "drover"


def test_the_environment_beats_the_file(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    (folder / "drover.toml").write_text("task_retries = 1\nadb_commands = 4\n")
    monkeypatch.setenv("DROVER_TASK_RETRIES", "0")
    settings = load_settings()
    assert (settings.task_retries, settings.adb_commands) == (0, 4)


def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DROVER_ADB_COMMANDS", "many")
    with pytest.raises(InvalidInput, match="setting adb_commands: "):
        load_settings()


def test_an_unknown_setting_in_the_file_is_named(folder: Path) -> None:
    (folder / "drover.toml").write_text("colour = 'red'\n")
    with pytest.raises(InvalidInput, match="setting colour: "):
        load_settings()


def test_a_broken_file_is_named(folder: Path) -> None:
    (folder / "drover.toml").write_text("task_retries =\n")
    with pytest.raises(InvalidInput, match=r"drover\.toml: is not TOML"):
        load_settings()
