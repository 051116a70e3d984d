"""What uiautomator2's service in a simulated phone makes of clients that are not its own: declared errors, no hang."""

import asyncio
import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drover.simulator.phone import SimulatedPhone
from drover.simulator.uiautomator import http, selectors
from drover.simulator.uiautomator.methods import METHODS
from drover.simulator.uiautomator.service import UiAutomatorService
from tests.drivers.adb.field_handset import FieldHandset
from tests.simulator.wire.blank_handset import NOTES
from tests.simulator.wire.conftest import LOOK

TREE = (
    '<hierarchy><node class="a.List" index="0"><node text="one" index="0" clickable="true"><node text="in" /></node>'
    '<node text="two" index="1" content-desc="second" /><node text="two" index="2" /></node></hierarchy>'
)


class Talk:
    """A stream with a client that has said everything already."""

    def __init__(self, *said: bytes) -> None:
        self._said = [piece for piece in said if piece]
        self.heard = b""

    async def read(self) -> bytes:
        return self._said.pop(0) if self._said else b""

    async def write(self, *parts: bytes) -> None:
        self.heard += b"".join(parts)


def post(body: bytes, path: str = "/jsonrpc/0", method: str = "POST", head: str = "") -> bytes:
    return f"{method} {path} HTTP/1.1\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


@pytest.fixture
def service(phone: SimulatedPhone) -> UiAutomatorService:
    phone.users._handsets[0] = FieldHandset(LOOK, front_package=NOTES)
    return UiAutomatorService(phone)


async def ask(service: UiAutomatorService, *said: bytes) -> bytes:
    talk = Talk(*said)
    await http.serve(talk, service._handle)
    return talk.heard


async def call(service: UiAutomatorService, method: str, *parameters: object) -> Any:
    heard = await ask(service, post(json.dumps({"id": 7, "method": method, "params": parameters}).encode()))
    return json.loads(heard.partition(b"\r\n\r\n")[2])


async def test_requests_follow_each_other_on_one_connection(service: UiAutomatorService) -> None:
    ping = post(b"", "/ping", "GET")
    heard = await ask(service, ping[:9], ping[9:] + ping, post(b"", "/ping?x=1", "GET", "Connection: close\r\n") + ping)
    assert heard.count(b"\r\n\r\npong") == 3
    assert heard.count(b"Connection: close") == 1


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (post(b"", "/nowhere"), 404),
        (post(b"", method="GET"), 405),
        (b"nonsense\r\n\r\n", 400),
        (b"GET / SPDY/3\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nContent-Length: much\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", 400),
        (post(b"abc")[:-1], 400),
        (b"GET /pi", 400),
        (b"x" * 20_000, 400),
    ],
)
async def test_what_is_no_request_is_answered_with_its_status(
    service: UiAutomatorService, said: bytes, status: int
) -> None:
    assert (await ask(service, said)).startswith(b"HTTP/1.1 %d " % status)


async def test_stop_ends_the_service(service: UiAutomatorService) -> None:
    await ask(service, post(b"", "/stop", "GET"))
    assert service.stopped.is_set()


@pytest.mark.parametrize(
    ("body", "code"), [(b"{", -32700), (b"[]", -32600), (b'{"id": 1}', -32600), (b'{"method": "fly"}', -32601)]
)
async def test_what_is_no_call_is_an_error_of_json_rpc(service: UiAutomatorService, body: bytes, code: int) -> None:
    heard = await ask(service, post(body))
    assert json.loads(heard.partition(b"\r\n\r\n")[2])["error"]["code"] == code


@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        ("click", ()),
        ("click", ("1", 2)),
        ("click", (True, 2)),
        ("swipe", (1, 2, 3)),
        ("swipePoints", ([1, 2], 5)),
        ("swipePoints", (7, 5)),
        ("objInfo", ()),
        ("objInfo", ({},)),
        ("objInfo", ({"mask": 1},)),
        ("objInfo", ({"mask": 4, "textMatches": "("},)),
        ("objInfo", ({"mask": 0, "childOrSibling": ["uncle"], "childOrSiblingSelector": [{"mask": 0}]},)),
        ("setText", ({"mask": 0},)),
        ("setClipboard", (None, 5)),
        ("pressKey", (5,)),
    ],
)
async def test_wrong_parameters_are_refused(
    service: UiAutomatorService, method: str, parameters: tuple[object, ...]
) -> None:
    assert (await call(service, method, *parameters))["error"]["code"] == -32602


async def test_every_method_answers_to_no_parameters(service: UiAutomatorService) -> None:
    async with asyncio.timeout(10):
        answers = {method: await call(service, method) for method in METHODS}
    assert all(("result" in answer) != ("error" in answer) for answer in answers.values())


async def test_a_finger_that_is_not_down_cannot_go_up(service: UiAutomatorService) -> None:
    assert (await call(service, "injectInputEvent", 1, 5, 5))["result"] is False
    assert (await call(service, "injectInputEvent", 9, 5, 5))["result"] is False


async def test_a_swipe_through_points_goes_from_the_first_to_the_last(
    service: UiAutomatorService, phone: SimulatedPhone
) -> None:
    assert (await call(service, "swipePoints", [1, 2, 30, 40, 5, 6], 2))["result"] is True
    (gesture,) = phone.handset.gestures  # type: ignore[attr-defined]  # a FieldHandset
    assert (gesture.x1, gesture.y1, gesture.x2, gesture.y2, gesture.seconds) == (1, 2, 5, 6, 0.02)


async def test_an_element_is_dragged_and_clicked_by_its_middle(
    service: UiAutomatorService, phone: SimulatedPhone
) -> None:
    field = {"mask": 0x10, "className": "android.widget.EditText"}
    await call(service, "click", field)
    await call(service, "dragTo", field, 9, 8, 4)
    await call(service, "dragTo", field, field, 4)
    ends = [(g.x1, g.y1, g.x2, g.y2) for g in phone.handset.gestures]  # type: ignore[attr-defined]  # a FieldHandset
    assert ends == [(350, 100, 350, 100), (350, 100, 9, 8), (350, 100, 350, 100)]


async def test_a_name_of_a_key_or_a_turn_that_is_not_known_is_said(service: UiAutomatorService) -> None:
    assert (await call(service, "pressKey", "warp"))["result"] is False
    assert "Invalid orientation" in (await call(service, "setOrientation", "sideways"))["error"]["message"]
    assert (await call(service, "setOrientation", "left"))["result"] is None


def texts(selector: dict[str, Any]) -> list[str | None]:
    return [node.get("text") for node in selectors.find(TREE, selector)]


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        ({"mask": 1, "text": "two"}, ["two", "two"]),
        ({"mask": 0x01000001, "text": "two", "instance": 1}, ["two"]),
        ({"mask": 0x800001, "text": "two", "index": 2}, ["two"]),
        ({"mask": 2, "textContains": "n"}, ["one", "in"]),
        ({"mask": 8, "textStartsWith": "o"}, ["one"]),
        ({"mask": 4, "textMatches": "t.o"}, ["two", "two"]),
        ({"mask": 0x40, "description": "second"}, ["two"]),
        ({"mask": 0x1000, "clickable": True}, ["one"]),
        (
            {"mask": 1, "text": "one", "childOrSibling": ["child"], "childOrSiblingSelector": [{"mask": 0}]},
            ["in"],
        ),
        (
            {
                "mask": 1,
                "text": "in",
                "childOrSibling": ["sibling"],
                "childOrSiblingSelector": [{"mask": 1, "text": "in"}],
            },
            ["in"],
        ),
    ],
)
def test_selectors_find_what_they_mean(selector: dict[str, Any], found: list[str]) -> None:
    assert texts(selector) == found


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(max_size=60), max_size=4), st.sampled_from([b"", b"POST /jsonrpc/0 HTTP/1.1\r\n"]))
def test_whatever_a_client_says_is_answered_or_left(pieces: list[bytes], before: bytes) -> None:
    async def pong(_request: http.Request) -> http.Response:
        return http.Response(b"pong")

    async def converse() -> bytes:
        talk = Talk(before, *pieces)
        async with asyncio.timeout(5):
            await http.serve(talk, pong)
        return talk.heard

    assert re.fullmatch(rb"(HTTP/1\.1 (200|400) .*)?", asyncio.run(converse()), re.DOTALL)
