import asyncio
import base64
import socket
import struct
from collections.abc import AsyncIterator

import httpx2
import pytest

from drover.kernel.errors import InvalidInput
from drover.platform.ports import PortTaken
from drover.simulator.adbd.packets import AUTH, CNXN
from drover.simulator.fault_script import Deed, parse_script, parse_word
from drover.simulator.page_names import PageUnknown
from drover.simulator.rack import Rack, RackOptions
from tests.simulator.wire.blank_handset import BlankHandset, blank_handset
from tests.simulator.wire.conftest import free_even_ports, until
from tests.simulator.wire.wire_client import wire_client

_MODULUS = ((1 << 2047) + 977).to_bytes(256, "little")
ADB_KEY = base64.b64encode(struct.pack("<II256s256sI", 64, 0, _MODULUS, bytes(256), 65537)) + b" ada@desk\0"


@pytest.fixture
async def rack() -> AsyncIterator[Rack]:
    async with Rack(RackOptions(phones=2, profile="none", width=720), blank_handset) as rack:
        yield rack


@pytest.fixture
async def control(rack: Rack) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=rack.control_url, trust_env=False) as client:
        yield client


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"phones": 0}, "--phones 0"),
        ({"phones": 61}, "--phones 61"),
        ({"port": 80}, "--port 80"),
        ({"port": 5557}, "--port 5557"),
        ({"port": 65534, "phones": 2}, "--port 65534"),
        ({"control_port": 70000}, "control port 70000"),
        ({"profile": "warp"}, "--profile warp"),
        ({"width": 1081}, "--width 1081"),
        ({"theme": "pink"}, "--theme pink"),
        ({"users": 5}, "--users 5"),
        ({"faults": (parse_word("phone2:crash"),)}, "'phone2', which is not in this rack"),
        ({"font_scale": 2.0}, "--font-scale 2.0"),
        ({"keyboard": "dvorak"}, "--keyboard dvorak"),
    ],
)
def test_options_that_cannot_be_are_refused_with_a_cure(options: dict[str, object], complaint: str) -> None:
    with pytest.raises(InvalidInput, match=complaint) as refused:
        RackOptions(**options)  # type: ignore[arg-type]  # on purpose
    assert refused.value.hint


def test_mixed_keyboards_are_the_same_in_every_run_of_a_seed_and_not_all_alike() -> None:
    options = RackOptions(phones=8, keyboard="mixed", seed=3)
    mixed = [options.look(f"phone{number}").keyboard for number in range(1, 9)]
    assert mixed == [RackOptions(keyboard="mixed", seed=3).look(f"phone{number}").keyboard for number in range(1, 9)]
    assert len(set(mixed)) > 1


async def test_phones_have_names_and_ports_of_their_own(rack: Rack) -> None:
    assert [phone.identity.name for phone in rack.phones] == ["phone1", "phone2"]
    assert len(set(rack.serials)) == 2
    for phone in rack.phones:
        async with wire_client(phone.line.port) as client:
            await client.greet()
            assert await client.call("exec:wm size") == b"Physical size: 720x1600\n"


async def test_a_first_port_is_followed_by_every_second_one() -> None:
    port = free_even_ports(3)
    async with Rack(RackOptions(phones=3, port=port, profile="none"), blank_handset) as rack:
        assert [phone.line.port for phone in rack.phones] == [port, port + 2, port + 4]


async def test_a_port_in_use_is_named_and_nothing_is_left_behind() -> None:
    first = free_even_ports(2)
    with socket.socket() as blocker:
        blocker.bind(("127.0.0.1", first + 2))
        blocker.listen()
        with pytest.raises(PortTaken, match=f"port {first + 2} of 127.0.0.1 cannot be used"):
            await Rack(RackOptions(phones=2, port=first), blank_handset).__aenter__()
    with socket.socket() as again:
        again.bind(("127.0.0.1", first))


async def test_all_ports_are_given_back(rack: Rack) -> None:
    async with Rack(RackOptions(phones=2, profile="none"), blank_handset) as other:
        ports = [phone.line.port for phone in other.phones]
    for port in [*ports, int(other.control_url.rpartition(":")[2])]:
        with pytest.raises(ConnectionRefusedError):
            async with wire_client(port):
                pass
    assert not set(other.serials) & set(rack.serials)


async def test_the_control_api_tells_of_every_phone(rack: Rack, control: httpx2.AsyncClient) -> None:
    phones = (await control.get("/phones")).json()["phones"]
    assert [phone["serial"] for phone in phones] == list(rack.serials)
    one = (await control.get("/phones/phone2")).json()
    assert one == phones[1]
    assert one["look"] == {"width": 720, "height": 1600, "theme": "light"}
    assert (one["page"], one["faults"], one["texts"]) == ("launcher", [], [])


async def test_faults_are_given_and_cleared_over_http(rack: Rack, control: httpx2.AsyncClient) -> None:
    handset = rack.phones[0].handset
    assert isinstance(handset, BlankHandset)
    given = await control.post("/phones/phone1/faults", json={"fault": "dim", "strength": 0.2})
    assert given.json() == {"faults": [{"fault": "dim", "strength": 0.2, "state": "active"}]}
    assert handset.dimmed == 0.2
    await control.post("/phones/phone1/faults", json={"fault": "misdirect"})
    cleared = await control.delete("/phones/phone1/faults/dim")
    assert [fault["fault"] for fault in cleared.json()["faults"]] == ["misdirect"]
    assert (await control.delete("/phones/phone1/faults")).json() == {"faults": []}
    assert (handset.dimmed, handset.misdirected) == (0.0, False)


async def test_a_phone_is_reset_over_http(rack: Rack, control: httpx2.AsyncClient) -> None:
    await rack.phones[0].type_text("hello")
    assert (await control.get("/phones/phone1")).json()["texts"] == ["hello"]
    assert (await control.post("/phones/phone1/reset")).json()["texts"] == []


async def test_a_login_challenge_is_answered_over_http_by_the_owner(rack: Rack, control: httpx2.AsyncClient) -> None:
    handset = rack.phones[0].handset
    assert isinstance(handset, BlankHandset)
    handset.challenged = True
    assert (await control.post("/phones/phone1/challenge")).status_code == 200
    assert not handset.challenged


async def test_the_screen_is_a_png_that_counts_as_no_capture(rack: Rack, control: httpx2.AsyncClient) -> None:
    picture = await control.get("/phones/phone1/screen.png")
    assert picture.headers["content-type"] == "image/png"
    assert picture.content.startswith(b"\x89PNG")
    assert rack.phones[0].counters.captures == 0


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "words"),
    [
        ("GET", "/phones/phone9", b"", 404, "phone 'phone9' is not in this rack"),
        ("POST", "/phones/phone1/challenge", b"", 409, "phone1 shows no login challenge"),
        ("DELETE", "/phones/phone1/faults/dim", b"", 404, "no fault 'dim'"),
        ("POST", "/phones/phone1/faults", b"{", 400, "is not JSON"),
        ("POST", "/phones/phone1/faults", b"\xff", 400, "not UTF-8"),
        ("POST", "/phones/phone1/faults", b" " * 70_000, 400, "larger than 65536 bytes"),
        ("POST", "/phones/phone1/faults", b'{"fault": "fire"}', 400, "fault 'fire' is not known"),
        ("POST", "/phones/phone1/faults", b'{"fault": "dim", "strength": 9}', 400, "fault dim: strength"),
        ("POST", "/phones/phone1/faults", b'{"fault": "dim", "on_page": "x"}', 400, "page 'x' is on none"),
        (
            "POST",
            "/phones/phone1/touches",
            b'{"touches": [{"touch": "tap", "at": [1, 1], "on_page": "x"}]}',
            400,
            "page",
        ),
        ("POST", "/phones/phone1/faults", b'{"fault": "popup", "name": "x"}', 400, "popup 'x' is not known"),
    ],
)
async def test_bad_requests_are_answered_with_reason_and_cure(
    control: httpx2.AsyncClient, method: str, path: str, body: bytes, status: int, words: str
) -> None:
    answer = await control.request(method, path, content=body)
    assert answer.status_code == status
    assert words in answer.json()["error"]
    assert answer.json()["hint"]


@pytest.mark.parametrize(
    "headers",
    [{"Host": "evil.example"}, {"Host": "127.0.0.1.evil.example"}, {"Origin": "http://evil.example"}, {"Host": "["}],
)
async def test_requests_by_a_foreign_name_or_page_are_refused(
    control: httpx2.AsyncClient, headers: dict[str, str]
) -> None:
    answer = await control.post("/phones/phone1/faults", json={"fault": "crash"}, headers=headers)
    assert answer.status_code == 403
    assert "loopback" in answer.json()["error"]


async def test_requests_by_the_name_localhost_are_answered(rack: Rack, control: httpx2.AsyncClient) -> None:
    port = rack.control_url.rpartition(":")[2]
    assert (await control.get("/phones", headers={"Host": f"localhost:{port}"})).status_code == 200


async def test_a_profile_is_changed_over_http(rack: Rack, control: httpx2.AsyncClient) -> None:
    changed = await control.post("/phones/phone1/profile", json={"profile": "slow"})
    assert changed.json()["profile"] == "slow"
    refused = await control.post("/phones/phone1/profile", json={"profile": "warp"})
    assert (refused.status_code, rack.phones[0].delays.profile) == (400, "slow")
    assert "profile" in refused.json()["error"]


async def test_a_phone_is_rebooted_over_http(rack: Rack, control: httpx2.AsyncClient) -> None:
    await control.post("/phones/phone1/reboot")
    await rack.phones[0].timers.ended("boot")
    assert [entry.message for entry in rack.phones[0].logbook.after(0)] == ["boot is completed"]


async def test_a_key_is_accepted_and_forgotten_over_http() -> None:
    options = RackOptions(profile="none", auth=True)
    async with Rack(options, blank_handset) as rack, httpx2.AsyncClient(base_url=rack.control_url) as control:
        nobody = await control.post("/phones/phone1/authorize")
        assert (nobody.status_code, nobody.json()["hint"]) == (409, "let a client connect first: `adb connect`")
        async with wire_client(rack.phones[0].line.port) as client:
            await client.greet()
            client.send(AUTH, 3, 0, ADB_KEY)
            await until(lambda: len(rack.phones[0].authorization.asked) == 1)
            (asked,) = (await control.get("/phones/phone1")).json()["auth"]["asked"]
            accepted = await control.post("/phones/phone1/authorize")
            assert accepted.json()["auth"]["known"] == [asked]
            assert (await client.receive()).command == CNXN
        forgotten = await control.delete("/phones/phone1/keys")
        assert forgotten.json()["auth"]["known"] == []


@pytest.mark.parametrize(
    "deeds",
    [
        parse_script('[{"fault": "dim", "at_s": 900, "on_page": "nowhere"}]', "plan.json"),
        (parse_word("phone2:dim,on_page=nowhere"),),
    ],
)
async def test_a_plan_with_a_page_that_no_app_has_is_refused_before_anything_starts(deeds: tuple[Deed, ...]) -> None:
    with pytest.raises(PageUnknown, match="page 'nowhere'"):
        await Rack(RackOptions(phones=2, profile="none", faults=deeds), blank_handset).__aenter__()


async def test_faults_come_by_plan() -> None:
    deeds = (parse_word("phone2:dim,strength=0.5"), parse_word("all:clear,clear=dim,at_s=0.1"))
    async with Rack(RackOptions(phones=2, profile="none", faults=deeds), blank_handset) as rack:
        handset = rack.phones[1].handset
        assert isinstance(handset, BlankHandset)
        await until(lambda: handset.dimmed == 0.5)
        await until(lambda: handset.dimmed == 0.0)


async def test_a_planned_fault_that_cannot_be_is_logged_and_the_plan_goes_on() -> None:
    deeds = (parse_word("phone1:popup,name=clippy"), parse_word("phone1:dim,strength=0.5,at_s=0.05"))
    async with Rack(RackOptions(profile="none", faults=deeds), blank_handset) as rack:
        handset = rack.phones[0].handset
        assert isinstance(handset, BlankHandset)
        await until(lambda: handset.dimmed == 0.5)
        told = [entry.message for entry in rack.phones[0].logbook.after(0)]
        assert any("popup 'clippy' is not known" in message for message in told)


async def test_phones_have_as_many_users_as_were_asked_for() -> None:
    async with Rack(RackOptions(profile="none", users=3), blank_handset) as rack:
        assert list(rack.phones[0].users.names) == [0, 10, 11]


async def test_sixty_phones_are_told_of_quickly() -> None:
    options = RackOptions(phones=60, profile="none")
    async with Rack(options, blank_handset) as rack, httpx2.AsyncClient(base_url=rack.control_url) as control:
        async with asyncio.timeout(2):
            told = await control.get("/phones")
        assert len(told.json()["phones"]) == 60
