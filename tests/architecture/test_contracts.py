"""The import contracts name packages; these tests see that none escapes them."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "drover"
CONTRACTS = {
    contract["id"]: contract
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
}
HOST_SIDE_PACKAGES = ("agent", "simulator", "devices", "drivers")


def packages() -> set[str]:
    return {path.parent.name for path in SOURCE.glob("*/__init__.py")}


def test_every_package_has_a_floor() -> None:
    layers = " ".join(CONTRACTS["floors"]["layers"])
    placed = set(layers.replace("(", " ").replace(")", " ").replace("|", " ").split())
    assert packages() <= placed


def test_every_package_of_the_architecture_has_a_floor_before_it_exists() -> None:
    coming = {"api", "console", "insight", "operations", "warmup", "workflows", "agent", "review", "packages"}
    coming |= {"content", "targeting", "accounts", "ai", "protocol", "tenancy", "audit"}
    layers = " ".join(CONTRACTS["floors"]["layers"])
    assert all(f"({name})" in layers or f" {name}" in f" {layers}" for name in coming)


def test_every_host_side_package_that_exists_is_kept_from_the_database_and_the_web() -> None:
    held = set(CONTRACTS["host-side"]["source_modules"])
    assert {f"drover.{name}" for name in HOST_SIDE_PACKAGES if name in packages()} <= held


def test_no_file_has_more_than_400_lines() -> None:
    long = {str(path.relative_to(ROOT)) for path in SOURCE.rglob("*.py") if path.read_text().count("\n") > 400}
    assert long == set()
