"""The wall's socket: pictures out, gestures in. Each connection is one person at one wall, who lets go when it ends."""

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import structlog
from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from drover.console.door import Visitor, services_of, visitor_of
from drover.console.frames.asks import (
    Acknowledge,
    Ask,
    Do,
    PreviewAsked,
    Rejoin,
    Release,
    Subscribe,
    VariablesAsked,
    ask_of,
)
from drover.console.frames.roster import PhoneCard
from drover.console.frames.viewer import Viewer, Wanted
from drover.console.services import ConsoleServices
from drover.fleet.domain.driving import Outcome, Result, refused
from drover.fleet.service.control import Deed, Person
from drover.kernel.errors import DroverError, Kind
from drover.platform.db.whose import OneClient
from drover.tenancy.service import Act, Caller

LOOK_S: Final = 1.0
"""How often states, tags and leases are looked at."""
BATCH_S: Final = 0.008
"""Pictures that come within it go together: a hundred small messages a second cost more than what is in them."""
TRUST_S: Final = 5.0
"""How long a person's access is believed before it is looked at again."""
MOST_ACTS: Final = 32
"""So many gestures of one wall are under way at once; more are refused."""
_POLICY: Final = 1008
_LATE: Final = 1013
_SHOWN_OUT: Final = frozenset({Kind.LOGGED_OUT, Kind.REFUSED, Kind.NOT_FOUND})
"""What says that a person may no longer look."""

router = APIRouter()
_log: structlog.stdlib.BoundLogger = structlog.get_logger()


@router.websocket("/wall/socket")
async def wall_socket(websocket: WebSocket, client: str) -> None:
    """Serve one wall of one client's phones; the door has checked session and Origin."""
    services, visitor = services_of(websocket.scope), visitor_of(websocket.scope)
    try:
        visitor.caller.require(Act.SEE, client)
    except DroverError:
        await websocket.close(_POLICY)
        return
    await websocket.accept()
    await _Wall(websocket, services, visitor, client).serve()


@dataclass(slots=True)
class _Trusted:
    """A caller, and until when they are believed to be who and what they were."""

    caller: Caller
    until: float


class _Wall:
    """One connection."""

    def __init__(self, websocket: WebSocket, services: ConsoleServices, visitor: Visitor, client: str) -> None:
        self._websocket = websocket
        self._services = services
        self._walls = services.walls
        self._visitor = visitor
        self._whose = OneClient(visitor.caller.organization, client)
        self._trusted = _Trusted(visitor.caller, services.clock.monotonic() + TRUST_S)
        self._viewer = Viewer()
        self._person = Person(services.trail.new_id(), visitor.caller.username, visitor.caller)
        self._cards: Mapping[str, PhoneCard] = {}
        self._acts: set[asyncio.Task[None]] = set()
        self._told: Mapping[str, str] = {}

    async def serve(self) -> None:
        """Serve until the browser goes, or falls behind for good."""
        with self._walls.hub.looking(self._viewer):
            await self._look()
            self._hello()
            tasks = [asyncio.ensure_future(each) for each in (self._read(), self._write(), self._follow())]
            try:
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (*tasks, *self._acts):
                    task.cancel()
                await asyncio.gather(*tasks, *self._acts, return_exceptions=True)
                await self._walls.control.release(self._person)
        for task in done:
            if not task.cancelled() and not isinstance(
                task.exception(), (WebSocketDisconnect, RuntimeError, type(None))
            ):
                _log.error("a wall's socket has failed", exc_info=task.exception())

    def _hello(self) -> None:
        may = self._visitor.caller.may(Act.SEE, self._whose.client) and any(
            self._visitor.caller.may(Act.CONTROL, self._whose.client, rack=card.rack) for card in self._cards.values()
        )
        self._viewer.say(t="hello", person=self._person.id, me=self._person.by, control=may)

    async def _read(self) -> None:
        while True:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            if (text := message.get("text")) is None:
                continue
            try:
                await self._take(ask_of(text))
            except DroverError as error:
                self._viewer.say(t="error", message=error.message, hint=error.hint)

    async def _write(self) -> None:
        viewer = self._viewer
        while not viewer.overwhelmed:
            await viewer.stirred.wait()
            viewer.stirred.clear()
            while (text := viewer.next_text()) is not None:
                await self._websocket.send_text(text)
            if (batch := viewer.next_batch()) is not None:
                await self._websocket.send_bytes(batch)
                await asyncio.sleep(BATCH_S)
        await self._websocket.close(_LATE)

    async def _follow(self) -> None:
        while True:
            await self._services.clock.sleep(LOOK_S)
            try:
                await self._look()
            except DroverError as error:
                if error.kind in _SHOWN_OUT:
                    await self._websocket.close(_POLICY)
                    return
                _log.info("a wall cannot be brought up to date", error=error.message)

    async def _look(self) -> None:
        """Tell what has changed of the phones, and let go of who may no longer look."""
        await self._caller()
        cards = await self._walls.roster.cards(self._whose)
        changed = [card.document() for id_, card in cards.items() if self._cards.get(id_) != card]
        gone = [id_ for id_ in self._cards if id_ not in cards]
        if changed or gone or not self._cards:
            self._viewer.say(t="phones", phones=changed, gone=gone, first=not self._cards)
        self._cards = cards
        self._tell_driving()

    def _tell_driving(self) -> None:
        driven = self._walls.control.driven_by(self._person)
        told = {phone: drive.diverged for phone, drive in driven.items()}
        if told != self._told:
            self._told = told
            self._viewer.say(t="driving", phones=told)

    async def _take(self, ask: Ask) -> None:
        match ask:
            case Acknowledge():
                self._viewer.acknowledge(ask.n)
            case Subscribe():
                self._walls.hub.watch(self._viewer, self._wanted(ask))
            case Do():
                self._begin(ask.id, [ask.lead, *ask.others], self._do(ask))
            case Rejoin():
                self._begin(ask.id, [ask.phone], self._rejoin(ask))
            case Release():
                await self._walls.control.release(self._person, ask.phones)
                self._tell_driving()
            case PreviewAsked():
                self._begin(ask.id, [], self._preview(ask))
            case VariablesAsked():
                self._begin("variables", [], self._variables())

    def _wanted(self, ask: Subscribe) -> dict[tuple[str, str], Wanted]:
        cards = ((self._cards.get(phone), number, width, fps) for number, phone, width, fps in ask.phones)
        return {
            (card.agent, card.serial): Wanted(number, width, fps)
            for card, number, width, fps in cards
            if card is not None and card.agent
        }

    def _begin(self, id_: str, phones: list[str], work: Coroutine[Any, Any, None]) -> None:
        """Do what takes longer beside reading on."""
        if len(self._acts) >= MOST_ACTS:
            work.close()
            for phone in phones:
                self._tell(id_, refused(phone, "too_many", "too many gestures are under way", "wait a moment"))
            return
        task = asyncio.ensure_future(self._guarded(id_, phones, work))
        self._acts.add(task)
        task.add_done_callback(self._acts.discard)

    async def _guarded(self, id_: str, phones: list[str], work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except DroverError as error:
            for phone in phones:
                self._tell(id_, refused(phone, type(error).__name__, error.message, error.hint))
            if not phones:
                self._viewer.say(t="error", message=error.message, hint=error.hint)
        self._tell_driving()

    async def _do(self, ask: Do) -> None:
        await self._require_control([ask.lead, *ask.others])
        gesture, lead, others, texts = ask.gesture, ask.lead, list(ask.others), dict[str, str]()
        if gesture.kind == "text":
            shown = await self._walls.texts.shown(self._whose, gesture.text, ask.seed, [lead, *others])
            for phone, each in shown.items():
                if each.error:
                    self._tell(ask.id, refused(phone, "no_text", each.error, each.hint))
            texts = {phone: each.text for phone, each in shown.items() if not each.error}
            ready = [phone for phone in (lead, *others) if phone in texts]
            if not ready:
                return
            lead, others = ready[0], ready[1:]
        deed = Deed(ask.id, gesture, lead, others, texts)
        await self._walls.control.act(self._whose, self._person, deed, lambda result: self._tell(ask.id, result))

    async def _rejoin(self, ask: Rejoin) -> None:
        await self._require_control([ask.lead, ask.phone])
        control = self._walls.control
        await control.rejoin(self._whose, self._person, ask.lead, ask.phone, lambda result: self._tell(ask.id, result))

    async def _preview(self, ask: PreviewAsked) -> None:
        shown = await self._walls.texts.shown(self._whose, ask.text, ask.seed, ask.phones)
        texts = {phone: {"text": each.text, "error": each.error, "hint": each.hint} for phone, each in shown.items()}
        self._viewer.say(t="previews", id=ask.id, texts=texts)

    async def _variables(self) -> None:
        categories = await self._walls.texts.categories(self._whose)
        told = [
            {"name": each.name, "meaning": each.meaning, "variables": [[v.written, v.meaning] for v in each.variables]}
            for each in categories
        ]
        self._viewer.say(t="variables", categories=told)

    def _tell(self, id_: str, result: Result) -> None:
        self._viewer.say(
            t="result",
            id=id_,
            phone=result.phone,
            outcome=result.outcome.value,
            code=result.code,
            message=result.message,
            hint=result.hint,
            screen=result.screen,
        )
        if result.outcome is Outcome.DIVERGED:
            self._tell_driving()

    async def _require_control(self, phones: list[str]) -> None:
        """Let a gesture pass that reaches phones of this client alone, at racks that the person may drive."""
        caller = await self._caller()
        for phone in phones:
            card = self._cards.get(phone)
            caller.require(Act.CONTROL, self._whose.client, rack=card.rack if card is not None else None)

    async def _caller(self) -> Caller:
        """Return the person as their session stands now. Raises CredentialRefused, UnknownClient."""
        now = self._services.clock.monotonic()
        if now >= self._trusted.until:
            session = await self._services.login.session_of(self._visitor.secret, self._visitor.address)
            session.caller.require(Act.SEE, self._whose.client)
            self._trusted = _Trusted(session.caller, now + TRUST_S)
            self._person = replace(self._person, actor=session.caller)
        return self._trusted.caller
