"""Installing with the unmodified adb clients: streamed, pushed, and base with splits in a session."""

import random
from pathlib import Path

import pytest

from tests.simulator.packages.apks import apk, manifest
from tests.simulator.wire.conftest import PhoneOnAdb

pytestmark = pytest.mark.rack
PACKAGE = "com.example.notes"
BASE = apk(manifest(requiredSplitTypes="base__abi"), more={"assets/bulk": bytes(300_000)})
ABI = apk(manifest(split="config.arm64_v8a", splitTypes="base__abi"))


def write(folder: Path, **files: bytes) -> list[str]:
    for name, content in files.items():
        (folder / f"{name}.apk").write_bytes(content)
    return [str(folder / f"{name}.apk") for name in files]


@pytest.mark.parametrize("way", ["--streaming", "--no-streaming"])
async def test_a_package_is_installed_and_removed(attached: PhoneOnAdb, tmp_path: Path, way: str) -> None:
    (path,) = write(tmp_path, notes=apk(manifest(version=3), more={"assets/bulk": bytes(2_000_000)}))
    ran = await attached("install", way, "-r", path)
    assert (ran.code, "Success" in ran.text) == (0, True), ran
    assert attached.phone.packages.installed[PACKAGE].base.version_code == 3
    assert (await attached("shell", "pm", "path", PACKAGE)).text == f"package:/data/app/{PACKAGE}-1/base.apk\n"
    assert "versionCode=3" in (await attached("shell", "dumpsys", "package", PACKAGE)).text
    assert f"package:{PACKAGE}" in (await attached("shell", "pm", "list", "packages")).text
    assert (await attached("uninstall", PACKAGE)).text.strip() == "Success"
    assert attached.phone.packages.installed == {}


async def test_base_and_split_are_installed_together(attached: PhoneOnAdb, tmp_path: Path) -> None:
    ran = await attached("install-multiple", *write(tmp_path, base=BASE, abi=ABI))
    assert ran.code == 0, ran
    assert sorted(attached.phone.packages.installed[PACKAGE].parts) == ["", "config.arm64_v8a"]
    assert attached.phone.packages.sessions == 0


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("missing split", BASE, "INSTALL_FAILED_MISSING_SPLIT"),
        ("a way out", apk(more={"../../evil": b"x"}), "INSTALL_PARSE_FAILED_NOT_APK"),
        ("cut off", apk()[:-100], "INSTALL_PARSE_FAILED_NOT_APK"),
        ("unsigned", apk(signer=""), "INSTALL_PARSE_FAILED_NO_CERTIFICATES"),
    ],
)
async def test_a_bad_package_is_refused_with_the_reason_and_leaves_nothing(
    attached: PhoneOnAdb, tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    ran = await attached("install", *write(tmp_path, bad=content))
    assert ran.code != 0, name
    assert reason in (ran.stdout + ran.stderr).decode()
    assert (attached.phone.packages.installed, attached.phone.packages.used_bytes) == ({}, 0)


async def test_a_session_with_a_missing_split_is_refused_and_gone(attached: PhoneOnAdb, tmp_path: Path) -> None:
    other = apk(manifest(split="config.de"))
    ran = await attached("install-multiple", *write(tmp_path, base=BASE, de=other))
    assert ran.code != 0
    assert "INSTALL_FAILED_MISSING_SPLIT" in (ran.stdout + ran.stderr).decode()
    assert (attached.phone.packages.sessions, attached.phone.packages.used_bytes) == (0, 0)


async def test_a_full_phone_refuses_in_its_own_words(attached: PhoneOnAdb, tmp_path: Path) -> None:
    attached.phone.storage.limit_bytes = 100_000
    big = apk(more={"assets/bulk": random.Random(1).randbytes(300_000)})
    ran = await attached("install", "--streaming", *write(tmp_path, huge=big))
    assert "INSTALL_FAILED_INSUFFICIENT_STORAGE" in (ran.stdout + ran.stderr).decode()
    ran = await attached("install", "--no-streaming", *write(tmp_path, huge=big))
    assert "No space left on device" in (ran.stdout + ran.stderr).decode()
    assert attached.phone.storage.used_bytes + attached.phone.packages.used_bytes == 0


async def test_a_package_that_is_not_there_cannot_be_removed(attached: PhoneOnAdb) -> None:
    ran = await attached("uninstall", "com.example.nothing")
    assert "DELETE_FAILED_INTERNAL_ERROR" in (ran.stdout + ran.stderr).decode()
