import pytest

from drover.simulator.packages.refusal import BadRequest, InstallRefused
from drover.simulator.packages.store import Options, PackageStore
from tests.simulator.packages.apks import apk, manifest

PLENTY = 1_000_000


def new_store(free: int = PLENTY) -> PackageStore:
    def free_bytes() -> int:
        return free - store.used_bytes

    store = PackageStore(["com.drover.plaza"], free_bytes)
    return store


def refused(store: PackageStore, content: bytes, options: Options | None = None) -> str:
    before = dict(store.installed)
    with pytest.raises(InstallRefused) as caught:
        store.install(content, options or Options())
    assert store.installed == before
    return caught.value.code


def test_a_package_is_installed_replaced_and_removed() -> None:
    store = new_store()
    assert store.install(apk(), Options()).paths() == ["/data/app/com.example.notes-1/base.apk"]
    store.install(apk(manifest(version=2)), Options())
    assert store.installed["com.example.notes"].base.version_code == 2
    store.uninstall("com.example.notes")
    assert (store.installed, store.used_bytes) == ({}, 0)


def test_an_update_must_be_by_the_same_signer_and_no_older() -> None:
    store = new_store()
    store.install(apk(manifest(version=5)), Options())
    assert refused(store, apk(manifest(version=6), signer="eve")) == "INSTALL_FAILED_UPDATE_INCOMPATIBLE"
    assert refused(store, apk(manifest(version=4))) == "INSTALL_FAILED_VERSION_DOWNGRADE"
    assert refused(store, apk(manifest(version=6)), Options(replace=False)) == "INSTALL_FAILED_ALREADY_EXISTS"
    store.install(apk(manifest(version=4)), Options(downgrade=True))
    assert store.installed["com.example.notes"].base.version_code == 4


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (apk(manifest(min_sdk=34)), "INSTALL_FAILED_OLDER_SDK"),
        (apk(more={"lib/mips/libx.so": b""}), "INSTALL_FAILED_NO_MATCHING_ABIS"),
        (apk(manifest(split="config.de")), "INSTALL_FAILED_INVALID_APK"),
        (apk(manifest(isSplitRequired="true")), "INSTALL_FAILED_MISSING_SPLIT"),
        (apk(manifest(requiredSplitTypes="base__abi")), "INSTALL_FAILED_MISSING_SPLIT"),
        (apk(manifest("com.drover.plaza")), "INSTALL_FAILED_UPDATE_INCOMPATIBLE"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_does_not_fit_this_phone_is_refused(content: bytes, code: str) -> None:
    assert refused(new_store(), content) == code


def test_a_full_phone_refuses_and_keeps_what_it_has() -> None:
    content = apk()
    store = new_store(len(content) + 10)
    store.install(content, Options())
    assert refused(store, apk(manifest("com.example.other"))) == "INSTALL_FAILED_INSUFFICIENT_STORAGE"
    session = store.create(Options())
    with pytest.raises(InstallRefused, match="INSUFFICIENT_STORAGE"):
        store.write(session, "base", content)


def test_a_session_installs_base_and_splits_whole() -> None:
    store = new_store()
    session = store.create(Options())
    store.write(session, "base", apk(manifest(requiredSplitTypes="base__abi")))
    store.write(session, "abi", apk(manifest(split="config.arm64_v8a", splitTypes="base__abi")))
    assert store.commit(session).paths()[1:] == ["/data/app/com.example.notes-1/split_config.arm64_v8a.apk"]
    assert store.sessions == 0


def test_a_split_can_be_added_to_what_is_installed() -> None:
    store = new_store()
    store.install(apk(), Options())
    session = store.create(Options(inherit="com.example.notes"))
    store.write(session, "de", apk(manifest(split="config.de")))
    assert sorted(store.commit(session).parts) == ["", "config.de"]


def test_a_session_that_lacks_a_split_installs_nothing_and_is_gone() -> None:
    store = new_store()
    session = store.create(Options())
    store.write(session, "base", apk(manifest(requiredSplitTypes="base__abi")))
    with pytest.raises(InstallRefused, match=r"MISSING_SPLIT: Missing split for com\.example\.notes: base__abi"):
        store.commit(session)
    assert (store.installed, store.sessions, store.used_bytes) == ({}, 0, 0)


@pytest.mark.parametrize(
    ("pieces", "why"),
    [
        ({}, "No packages staged"),
        ({"a": apk(), "b": apk()}, "defined multiple times"),
        ({"a": apk(), "b": apk(manifest(split="x", version=2))}, "does not belong"),
        ({"a": apk(), "b": apk(manifest(split="x"), signer="eve")}, "does not belong"),
        ({"a": apk(), "b": apk(manifest("com.example.other", split="x"))}, "does not belong"),
    ],
)
def test_pieces_that_do_not_belong_together_are_refused(pieces: dict[str, bytes], why: str) -> None:
    store = new_store()
    session = store.create(Options())
    for name, content in pieces.items():
        store.write(session, name, content)
    with pytest.raises(InstallRefused, match=why):
        store.commit(session)


@pytest.mark.parametrize("name", ["../base", "a/b", "..", "", "x\0y"])
def test_a_piece_whose_name_leads_elsewhere_is_refused(name: str) -> None:
    store = new_store()
    session = store.create(Options())
    with pytest.raises(BadRequest, match="Invalid name"):
        store.write(session, name, b"")


def test_an_abandoned_session_leaves_nothing_and_is_not_there_any_more() -> None:
    store = new_store()
    session = store.create(Options())
    store.write(session, "base", apk())
    store.abandon(session)
    assert store.used_bytes == 0
    for act in (store.abandon, store.commit):
        with pytest.raises(BadRequest, match="no access to session"):
            act(session)


def test_sessions_are_not_opened_without_end() -> None:
    store = new_store()
    for _ in range(50):
        store.create(Options())
    with pytest.raises(BadRequest, match="Too many active sessions"):
        store.create(Options())


def test_adding_to_another_package_is_refused() -> None:
    store = new_store()
    store.install(apk(), Options())
    session = store.create(Options(inherit="com.example.other"))
    store.write(session, "de", apk(manifest(split="config.de")))
    with pytest.raises(InstallRefused, match="inconsistent with"):
        store.commit(session)


def test_what_is_not_installed_cannot_be_removed() -> None:
    with pytest.raises(InstallRefused, match="built in"):
        new_store().uninstall("com.drover.plaza")
    with pytest.raises(InstallRefused, match="DELETE_FAILED"):
        new_store().uninstall("com.example.notes")
