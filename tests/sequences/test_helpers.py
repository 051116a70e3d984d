import re
from pathlib import Path
from textwrap import dedent

import pytest

from drover.kernel.errors import InvalidInput
from drover.sequences.helpers import HelperContext, load_helpers

CONTEXT = HelperContext("phone1", "shop.home", {"count": "3"})


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a package that is installed, as its metadata say."""
    folder = tmp_path / "site"
    metadata = folder / "shop_helpers-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: shop-helpers\nVersion: 1.0\n")
    monkeypatch.syspath_prepend(folder)
    return folder


def entry_point(folder: Path, value: str) -> None:
    points = f"[drover.helpers]\nshop_code = {value}\n"
    (folder / "shop_helpers-1.0.dist-info" / "entry_points.txt").write_text(points)


def written(tmp_path: Path, source: str) -> Path:
    file = tmp_path / "my_helpers.py"
    file.write_text(dedent(source))
    return file


async def test_the_coroutine_functions_of_a_file_are_helpers(tmp_path: Path) -> None:
    source = """
        async def total(context, price):
            return str(int(context.values["count"]) * int(price))

        async def _private(context): ...

        def plain(context): ...
    """
    helpers = load_helpers(written(tmp_path, source))
    assert list(helpers) == ["total"]
    assert await helpers["total"](CONTEXT, price="4") == "12"


async def test_helpers_of_installed_packages_are_found(installed: Path) -> None:
    (installed / "shop_helpers_one.py").write_text("async def code(context):\n    return context.phone\n")
    entry_point(installed, "shop_helpers_one:code")
    assert await load_helpers(None)["shop_code"](CONTEXT) == "phone1"


def test_a_file_of_the_users_comes_before_a_package(installed: Path, tmp_path: Path) -> None:
    (installed / "shop_helpers_two.py").write_text("async def code(context): ...\n")
    entry_point(installed, "shop_helpers_two:code")
    own = load_helpers(written(tmp_path, "async def shop_code(context): ..."))["shop_code"]
    assert own.__module__ == "drover_helpers_my_helpers"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("shop_helpers_that_are_not_there:code", "No module named"),
        ("shop_helpers_three:plain", "is no coroutine function"),
        ("shop_helpers_three:nix", "has no attribute"),
    ],
)
def test_a_package_whose_helper_cannot_be_used_is_named(value: str, reason: str, installed: Path) -> None:
    (installed / "shop_helpers_three.py").write_text("def plain(context): ...\n")
    entry_point(installed, value)
    with pytest.raises(InvalidInput, match=f"helper shop_code.*{reason}"):
        load_helpers(None)


@pytest.mark.parametrize(
    ("name", "source", "reason"),
    [
        ("h.py", "def plain(): ...", "has no coroutine function"),
        ("h.py", "1 / 0", "ZeroDivisionError"),
        ("h.py", "async def (", "SyntaxError"),
        ("h.txt", "async def total(context): ...", "is no Python file"),
    ],
)
def test_a_file_that_has_no_helpers_is_refused(name: str, source: str, reason: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_text(source)
    with pytest.raises(InvalidInput, match=f"--helpers {re.escape(str(file))}: .*{reason}"):
        load_helpers(file)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="No such file or directory"):
        load_helpers(tmp_path / "h.py")
