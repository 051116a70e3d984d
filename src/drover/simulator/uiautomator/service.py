"""JSON-RPC over HTTP: what u2.jar answers on its port. What the methods do is in `methods`."""

import asyncio
import json
from typing import Any, Final, cast

from drover.simulator.adbd.streams import Stream
from drover.simulator.handset import JsonValue
from drover.simulator.phone import SimulatedPhone
from drover.simulator.uiautomator import http
from drover.simulator.uiautomator.methods import METHODS, Parameters
from drover.simulator.uiautomator.screen import RpcError, Screen

_PARSE_ERROR, _INVALID_REQUEST, _NO_METHOD = -32700, -32600, -32601
_JSON: Final = "application/json"


class UiAutomatorService:
    """One running service. `stopped` is set when a client asks it to end."""

    def __init__(self, phone: SimulatedPhone) -> None:
        self.stopped = asyncio.Event()
        self._phone = phone
        self._screen = Screen(phone)

    async def serve(self, stream: Stream) -> None:
        """Answer one client until it leaves."""
        await http.serve(stream, self._handle)

    async def _handle(self, request: http.Request) -> http.Response:
        path = request.path.partition("?")[0]
        if path == "/jsonrpc/0":
            return await self._rpc(request)
        if path == "/ping":
            await self._phone.wait_until_reached()
            return http.Response(b"pong")
        if path == "/stop":
            self.stopped.set()
            return http.Response(b"stopped")
        return http.Response(b"Not Found", 404)

    async def _rpc(self, request: http.Request) -> http.Response:
        if request.method != "POST":
            return http.Response(b"Method Not Allowed", 405)
        call: dict[str, Any] = {}
        try:
            call = _call(request.body)
            method = METHODS.get(call["method"], _missing)
            parameters = call.get("params")
            result = await method(self._screen, cast("list[Any]", parameters) if isinstance(parameters, list) else [])
        except RpcError as error:
            said = {"code": error.code, "message": error.message, "data": error.data}
            return _answer(call.get("id"), "error", said)
        return _answer(call.get("id"), "result", result)


async def _missing(_screen: Screen, _parameters: Parameters) -> JsonValue:
    raise RpcError(_NO_METHOD, "method not found")


def _call(body: bytes) -> dict[str, Any]:
    try:
        call: object = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RpcError(_PARSE_ERROR, f"JSON parse error: {error}") from error
    if isinstance(call, dict):
        named = cast("dict[str, Any]", call)
        if isinstance(named.get("method"), str):
            return named
    raise RpcError(_INVALID_REQUEST, "Invalid Request")


def _answer(number: object, kind: str, content: object) -> http.Response:
    answer = {"jsonrpc": "2.0", "id": number, kind: content}
    return http.Response(json.dumps(answer).encode(), content_type=_JSON)
