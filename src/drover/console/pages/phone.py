"""One phone: its state and history, who holds it, its tags, and the faults of a simulated one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from nicegui import ui

from drover.console.history import history_of
from drover.console.names import Names, names_in
from drover.console.parts.listing import Column, Listing, acts, badge, link, text
from drover.console.parts.panels import Facts, ask, dialog_of, panel
from drover.console.shell import Visit, acting, done, follow, heading, page
from drover.console.words import PHONE_TONES, RUN_TONES, duration, sentence
from drover.fleet.domain.leasing import Lease
from drover.fleet.domain.phones import PhoneState
from drover.fleet.domain.records import PhoneRecord
from drover.fleet.service import PhoneEdit
from drover.platform.db.whose import Organization
from drover.tenancy.service import Act, Caller
from drover.workflows.domain.records import Run
from drover.workflows.domain.runs import RunStatus
from drover.workflows.service.runs import RunFilter

_LOOK_S: Final = 1.0
_RUNS: Final = 10
_RUN_COLUMNS: Final = (
    Column("status", "Status", "tight"),
    Column("workflow", "Workflow", "tight"),
    Column("began", "Began", "tight"),
    Column("took", "Took", "num"),
    Column("reason", "What happened", "wrap"),
)
_FAULT_COLUMNS: Final = (
    Column("fault", "Fault", "tight"),
    Column("state", "State", "tight"),
    Column("detail", "Told", "wrap"),
    Column("acts", "Acts", "tight", hidden=True),
)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A phone and what belongs to it, at one moment."""

    phone: PhoneRecord
    lease: Lease | None
    runs: Sequence[Run]
    history: Sequence[tuple[datetime, str]]
    now: datetime

    @property
    def lease_token(self) -> int | None:
        """The token of the lease in force, if any."""
        return self.lease.token if self.lease is not None else None


@page("/phones/{phone_id}", title="Phone")
async def phone(visit: Visit, phone_id: str) -> None:
    """Show it, and keep it as it is now. Raises PhoneUnknown."""
    visit.caller.require(Act.SEE, visit.client)
    async with visit.reading() as unit:
        names = await names_in(unit, visit.services)
    first = await _seen(visit, phone_id)
    racks = await _racks(visit)
    view = _View(visit, first, names, racks.get(first.phone.rack_id, ""))
    await view.faults()
    follow(visit, _LOOK_S, view.look)


async def _seen(visit: Visit, phone_id: str, before: _Seen | None = None) -> _Seen:
    """Return the phone as it is now. Its history is read again only where something of it has changed."""
    services = visit.services
    async with visit.reading() as unit:
        found = await services.phones.get(unit, phone_id)
        lease = await services.leases.of(unit, phone_id)
        runs = await services.runs.list(unit, RunFilter(phone_id=phone_id), limit=_RUNS)
        same = before is not None and (before.phone, before.lease_token) == (
            found,
            lease.token if lease is not None else None,
        )
        history = before.history if same and before else await history_of(unit, phone_id)
        return _Seen(found, lease, runs, history, await unit.now())


async def _racks(visit: Visit) -> Mapping[str, str]:
    async with visit.services.database.reading(Organization(visit.caller.organization)) as unit:
        return {rack.id: rack.name for rack in await visit.services.racks.list(unit)}


class _View:
    """The parts of the page that change, and what may be asked of the phone."""

    def __init__(self, visit: Visit, first: _Seen, names: Names, rack: str) -> None:
        self._visit = visit
        self._names = names
        self._seen = first
        self._rack = rack
        self._head: tuple[object, ...] = ()
        self._told: Sequence[tuple[datetime, str]] = ()
        self._given: Listing | None = None
        heading(first.phone.name, first.phone.serial)
        self._bar = ui.element("div").classes("dr-bar").props('aria-live="polite"')
        with ui.element("div").classes("dr-columns"):
            with ui.element("div").classes("dr-stack"):
                with panel("Latest runs"):
                    self._runs = Listing("Latest runs", _RUN_COLUMNS, empty="Nothing has run on it yet.")
                self._faults = ui.element("div")
            with ui.element("div").classes("dr-stack"):
                with panel("Who holds it"):
                    self._lease = Facts()
                    self._free = ui.label("Nobody: it is free.").classes("dr-note")
                    self._break = ui.button("Break the lease", icon="link_off", on_click=self._ask_break)
                    self._break.props("outline no-caps").classes("dr-panel-act")
                with panel("Phone"):
                    self._facts = Facts()
                with panel("History"):
                    self._history = ui.element("ol").classes("dr-journal").props('tabindex="0" aria-label="History"')
        self._show()

    async def look(self) -> None:
        """Look again, and show what changed."""
        self._seen = await _seen(self._visit, self._seen.phone.id, self._seen)
        self._show()

    def _may(self, act: Act) -> bool:
        return self._visit.may(act, rack=self._seen.phone.rack_id)

    def _show(self) -> None:
        seen = self._seen
        state, reason = seen.phone.shown(seen.now)
        head = (state, reason, seen.phone.active, seen.phone.hold, seen.phone.tags)
        if head != self._head:
            self._head = head
            self._show_bar(seen.phone, state, reason)
        self._show_lease(seen.lease)
        self._facts.show(self._pairs(seen.phone))
        self._show_history(seen.history)
        self._runs.show([_run_row(self._visit, self._names, seen.now, run) for run in seen.runs])

    def _show_bar(self, phone: PhoneRecord, state: PhoneState, reason: str) -> None:
        self._bar.clear()
        with self._bar:
            ui.label(state.value).classes(f"dr-badge {PHONE_TONES[state]}")
            for tag in sorted(phone.tags):
                ui.label(tag).classes("dr-tag")
            ui.label(sentence(reason)).classes("dr-note")
            ui.element("div").classes("dr-space")
            if self._may(Act.MANAGE_PHONES):
                self._manage(phone)
            wall = self._visit.path(f"/phones/{phone.id}/live")
            ui.button("See it live", icon="grid_view", on_click=lambda: ui.navigate.to(wall)).props("flat no-caps")

    def _manage(self, phone: PhoneRecord) -> None:
        ui.button("Name and tags", icon="sell", on_click=self._ask_edit).props("outline no-caps")
        if phone.hold is None:
            hold = ui.button("Hold", icon="pan_tool", on_click=self._ask_hold)
            hold.props("outline no-caps").tooltip("Give it no work, until somebody lets it go")
        else:
            ui.button("Let it go", icon="play_arrow", on_click=self._ask_let_go).props("outline no-caps")

    def _pairs(self, phone: PhoneRecord) -> Sequence[tuple[str, str]]:
        return [
            ("Model", phone.model),
            ("Serial", phone.serial),
            ("Rack", self._rack),
            ("Agent", phone.agent.name if phone.agent else "none"),
            ("Since", self._visit.local(phone.since)),
            ("Given work", "yes" if phone.active and phone.hold is None else "no"),
            ("Id", phone.id),
        ]

    def _show_lease(self, lease: Lease | None) -> None:
        self._free.set_visibility(lease is None)
        self._break.set_visibility(lease is not None and self._may(Act.BREAK_LEASE))
        if lease is None:
            self._lease.show([])
            return
        holder = lease.holder
        self._lease.show(
            [
                ("Holder", holder.kind.value),
                ("For", holder.purpose),
                ("By", holder.by),
                ("Since", self._visit.local(lease.taken_at)),
                ("Renewed", self._visit.local(lease.renewed_at)),
                ("Lasts until", self._visit.local(lease.expires_at)),
                ("Priority", str(lease.priority)),
                ("Token", str(lease.token)),
                ("Breaking it", "" if self._may(Act.BREAK_LEASE) else "is for administrators of this rack"),
            ]
        )

    def _show_history(self, lines: Sequence[tuple[datetime, str]]) -> None:
        if lines == self._told:
            return
        self._told = lines
        self._history.clear()
        with self._history:
            for at, words in lines:
                local = self._visit.local(at)
                with ui.element("li"):
                    with ui.element("time").props(f'title="{local}"'):
                        ui.label(local[-8:])
                    ui.label(words)

    def _ask_break(self) -> None:
        lease = self._seen.lease
        if lease is None:
            return
        ask(
            self._visit,
            "Break the lease",
            f"{sentence(str(lease.holder))} loses the phone at once; its next act is refused.",
            "Break the lease",
            self._break_lease,
            reason=True,
            danger=True,
        )

    async def _break_lease(self, why: str) -> None:
        caller = await self._again(Act.BREAK_LEASE)
        async with self._visit.writing() as unit:
            await self._visit.services.leases.break_(unit, self._seen.phone.id, caller, why)
        done("The phone is free.")
        await self.look()

    def _ask_hold(self) -> None:
        note = "What runs on it goes on to its end; nothing new is begun until somebody lets it go."
        ask(self._visit, "Hold this phone", note, "Hold it", self._hold, reason=True)

    async def _hold(self, why: str) -> None:
        caller = await self._again(Act.MANAGE_PHONES)
        async with self._visit.writing() as unit:
            await self._visit.services.phones.hold(unit, self._seen.phone.id, PhoneState.MAINTENANCE, why, caller)
        done("It is given no work.")
        await self.look()

    def _ask_let_go(self) -> None:
        ask(self._visit, "Let this phone go", "It is given work again.", "Let it go", lambda _: self._let_go())

    async def _let_go(self) -> None:
        caller = await self._again(Act.MANAGE_PHONES)
        async with self._visit.writing() as unit:
            await self._visit.services.phones.let_go(unit, self._seen.phone.id, caller)
        done("It is given work again.")
        await self.look()

    def _ask_edit(self) -> None:
        phone = self._seen.phone
        with dialog_of("Name and tags") as dialog:
            name = ui.input("Name", value=phone.name).props("outlined dense autofocus").classes("dr-wide")
            words = ui.input("Tags, with commas", value=", ".join(sorted(phone.tags))).props("outlined dense")
            words.classes("dr-wide")
            active = ui.switch("Give it work", value=phone.active)

            async def keep() -> None:
                given = [tag.strip() for tag in str(words.value or "").split(",") if tag.strip()]
                await self._edit(PhoneEdit(str(name.value or "").strip(), given, bool(active.value)))
                dialog.close()

            with ui.element("div").classes("dr-buttons"):
                ui.button("Cancel", on_click=dialog.close).props("flat no-caps")
                ui.button("Keep", on_click=acting(self._visit, keep)).props("unelevated no-caps")

    async def _edit(self, edit: PhoneEdit) -> None:
        caller = await self._again(Act.MANAGE_PHONES)
        async with self._visit.writing() as unit:
            await self._visit.services.phones.edit(unit, self._seen.phone.id, edit, caller)
        done("Kept.")
        await self.look()

    async def _again(self, act: Act) -> Caller:
        return await self._visit.again(act, rack=self._seen.phone.rack_id)

    async def faults(self) -> None:
        """Offer the faults of a simulated phone, to whoever manages it."""
        port, serial = self._visit.services.faults, self._seen.phone.serial
        if port is None or not self._may(Act.MANAGE_PHONES) or await port.of(serial) is None:
            return
        with self._faults, panel("Faults of this simulated phone"):
            self._given = Listing("Faults", _FAULT_COLUMNS, empty="It has none.", on_act=self._clear_fault)
            with ui.element("div").classes("dr-bar"):
                kind = ui.select(list(port.kinds), value="disconnect", label="Fault").props("outlined dense")
                kind.classes("dr-filter")
                detail = ui.input("Details", placeholder="seconds=5").props("outlined dense").classes("dr-filter")

                async def give() -> None:
                    await self._again(Act.MANAGE_PHONES)
                    words = str(detail.value or "").strip()
                    await port.give(serial, f"{kind.value},{words}" if words else str(kind.value))
                    await self._show_faults()

                ui.button("Give", icon="bolt", on_click=acting(self._visit, give)).props("outline no-caps")
        await self._show_faults()

    async def _clear_fault(self, fault: str, _act: str) -> None:
        async def clear() -> None:
            await self._again(Act.MANAGE_PHONES)
            if self._visit.services.faults is not None:
                await self._visit.services.faults.clear(self._seen.phone.serial, fault)
            await self._show_faults()

        await acting(self._visit, clear)()

    async def _show_faults(self) -> None:
        port, listing = self._visit.services.faults, self._given
        if port is None or listing is None:
            return
        listing.show([_fault_row(one) for one in await port.of(self._seen.phone.serial) or ()])


def _run_row(visit: Visit, names: Names, now: datetime, run: Run) -> Mapping[str, Any]:
    seen = now.replace(microsecond=0)
    return {
        "id": run.id,
        "status": badge(run.status.value, RUN_TONES[run.status], live=run.status is RunStatus.RUNNING),
        "workflow": link(names.workflow(run.workflow_id), visit.path(f"/runs/{run.id}")),
        "began": text(visit.local(run.started_at or run.due_at)),
        "took": text(duration(run.started_at, run.ended_at or seen) if run.started_at else ""),
        "reason": text(sentence(run.reason)),
    }


def _fault_row(fault: Mapping[str, Any]) -> Mapping[str, Any]:
    name = str(fault.get("fault", ""))
    told = {key: value for key, value in fault.items() if key not in ("fault", "state") and value is not None}
    return {
        "id": name,
        "id_words": name,
        "fault": text(name, main=True),
        "state": badge(str(fault.get("state", "given")), "warn"),
        "detail": text(", ".join(f"{key} {value}" for key, value in told.items())),
        "acts": acts(("clear", "Clear")),
    }
