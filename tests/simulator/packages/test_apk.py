import pytest
from hypothesis import given
from hypothesis import strategies as st

from drover.simulator.packages.apk import read_apk
from drover.simulator.packages.refusal import InstallRefused
from tests.simulator.packages.apks import apk, archive, binary_xml, manifest, signature

WHOLE = apk()
ENTRIES = {"AndroidManifest.xml": binary_xml(manifest())}


def refused(content: bytes) -> InstallRefused:
    with pytest.raises(InstallRefused) as caught:
        read_apk(content)
    return caught.value


def test_a_manifest_is_read() -> None:
    root = manifest(
        "com.example.shop", 7, split="config.de", requiredSplitTypes="base__abi,base__density", splitTypes="x"
    )
    read = read_apk(apk(root, more={"lib/arm64-v8a/libx.so": b"elf"}))
    assert (read.package, read.version_code, read.version_name) == ("com.example.shop", 7, "1.7")
    assert (read.split, read.label, read.min_sdk, read.abis) == ("config.de", "Notes", 21, {"arm64-v8a"})
    assert (read.requires, read.provides) == ({"base__abi", "base__density"}, {"x"})
    assert len(read.signer) == 64


def test_whoever_signs_is_told_apart() -> None:
    assert read_apk(apk()).signer == read_apk(apk()).signer != read_apk(apk(signer="eve")).signer


@pytest.mark.parametrize("name", ["../evil", "lib/../../evil", "/etc/evil", "..\\evil"])
def test_an_entry_that_leads_out_of_the_package_is_refused(name: str) -> None:
    error = refused(apk(more={name: b"x"}))
    assert error.code == "INSTALL_PARSE_FAILED_NOT_APK"
    assert "leads out of the package" in error.message


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "INSTALL_PARSE_FAILED_NOT_APK"),
        (b"PK\x03\x04 and no more", "INSTALL_PARSE_FAILED_NOT_APK"),
        (apk()[:-40], "INSTALL_PARSE_FAILED_NOT_APK"),
        (archive({"classes.dex": b"x"}), "INSTALL_PARSE_FAILED_UNEXPECTED_EXCEPTION"),
        (apk(b"<manifest/>"), "INSTALL_PARSE_FAILED_MANIFEST_MALFORMED"),
        (apk(("resources", {}, ())), "INSTALL_PARSE_FAILED_MANIFEST_MALFORMED"),
        (apk(manifest("notes")), "INSTALL_PARSE_FAILED_BAD_PACKAGE_NAME"),
        (
            apk(("manifest", {"package": "a.b", "android:versionCode": "x"}, ())),
            "INSTALL_PARSE_FAILED_MANIFEST_MALFORMED",
        ),
        (apk(signer=""), "INSTALL_PARSE_FAILED_NO_CERTIFICATES"),
        (
            archive(ENTRIES | signature(ENTRIES, "ada") | {"classes.dex": b"late"}),
            "INSTALL_PARSE_FAILED_NO_CERTIFICATES",
        ),
        (archive(ENTRIES | signature({}, "ada")), "INSTALL_PARSE_FAILED_NO_CERTIFICATES"),
        (
            archive(ENTRIES | signature(ENTRIES, "ada") | {"META-INF/MANIFEST.MF": b"Manifest-Version: 1.0"}),
            "INSTALL_PARSE_FAILED_NO_CERTIFICATES",
        ),
        (
            archive(ENTRIES | signature(ENTRIES, "ada") | {"META-INF/CERT.EC": b"what?"}),
            "INSTALL_PARSE_FAILED_NO_CERTIFICATES",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_good_package_is_refused_in_the_package_manager_s_words(content: bytes, code: str) -> None:
    assert refused(content).code == code


def test_an_entry_that_is_there_twice_is_refused() -> None:
    content = apk(more={"classes.dex": b"one", "classes.dey": b"two"}).replace(b"classes.dey", b"classes.dex")
    assert "twice" in refused(content).message


@given(st.binary(max_size=400))
def test_any_bytes_are_a_package_or_refused(content: bytes) -> None:
    with pytest.raises(InstallRefused):
        read_apk(content)


@given(st.data())
def test_any_damage_is_refused_or_harmless(data: st.DataObject) -> None:
    whole = bytearray(WHOLE)
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= data.draw(st.integers(1, 255))
    try:
        package = read_apk(bytes(whole)).package
    except InstallRefused:
        package = "com.example.notes"
    assert package == "com.example.notes"
