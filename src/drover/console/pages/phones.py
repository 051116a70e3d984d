"""The phones of a client: their states, who holds them, their tags."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Final

from fastapi import Query
from nicegui import ui

from drover.console.parts.listing import Column, Cursor, Listing, Row, badge, link, tags, text
from drover.console.shell import Visit, follow, heading, page
from drover.console.words import PHONE_TONES, duration, sentence
from drover.fleet.domain.leasing import HolderKind, Lease
from drover.fleet.domain.phones import PhoneState
from drover.fleet.domain.records import PhoneRecord
from drover.fleet.service import PhoneKey, key_of
from drover.platform.web.pages import USUAL, PageWanted, encode
from drover.tenancy.service import Act

_LOOK_S: Final = 1.0
_COLUMNS: Final = (
    Column("state", "State", "tight"),
    Column("name", "Phone", "tight"),
    Column("model", "Model", "tight"),
    Column("tags", "Tags"),
    Column("reason", "Why", "wrap"),
    Column("since", "Since", "tight"),
    Column("holder", "Held by", "wrap"),
    Column("agent", "Agent", "tight"),
)
Word = Annotated[str, Query(max_length=64)]


@page("/phones", title="Phones")
async def phones(visit: Visit, state: Word = "", tag: Word = "", after: Cursor = None) -> None:
    """List them, and keep the list as it is now. Raises BadCursor."""
    visit.caller.require(Act.SEE, visit.client)
    wanted, filtered = PageWanted(limit=USUAL, after=after), bool(state or tag)
    heading("Phones")
    _filters(visit, state, tag)
    listing = Listing("Phones", _COLUMNS, empty="No phone matches. Phones appear when an agent sees them.")
    pager = ui.element("nav").classes("dr-pager").props('aria-label="Pages of the list"')
    found = await _found(visit, wanted, filtered=filtered)

    def show(rows: "_Found") -> None:
        shown = rows.shown(visit)
        listing.show([row for row in shown if _matches(row, state, tag)] if filtered else shown[:USUAL])

    async def look() -> None:
        show(await _found(visit, wanted, filtered=filtered))

    show(found)
    if not filtered:
        _pager(visit, pager, wanted, found)
    follow(visit, _LOOK_S, look)


class _Found:
    """A page of phones with who holds them, at one moment."""

    def __init__(self, rows: Sequence[PhoneRecord], held: Mapping[str, Lease], now: datetime) -> None:
        self.rows = rows
        self._held = held
        self._now = now

    def shown(self, visit: Visit) -> Sequence[Row]:
        """Return how they are shown."""
        return [self._row(visit, phone) for phone in self.rows]

    def _row(self, visit: Visit, phone: PhoneRecord) -> Row:
        state, reason = phone.shown(self._now)
        lease = self._held.get(phone.id)
        hindrance = "" if phone.active else "not active"
        return {
            "id": phone.id,
            "state": badge(state.value, PHONE_TONES[state], live=lease is not None),
            "name": link(phone.name, visit.path(f"/phones/{phone.id}"), sub=phone.serial),
            "model": text(phone.model or "not known yet"),
            "tags": tags(sorted(phone.tags)),
            "reason": text(sentence(reason or hindrance)),
            "since": text(visit.local(phone.since)),
            "holder": self._holder(visit, lease),
            "agent": text(phone.agent.name if phone.agent else "none"),
        }

    def _holder(self, visit: Visit, lease: Lease | None) -> Mapping[str, object]:
        if lease is None:
            return text("")
        holder = lease.holder
        words = holder.kind.value + (f": {holder.purpose}" if holder.purpose else "")
        since = f"for {duration(lease.taken_at, self._now.replace(microsecond=0))}"
        if holder.kind is HolderKind.RUN:
            return link(words, visit.path(f"/runs/{holder.id}"), sub=since)
        return text(words, sub=since)


async def _found(visit: Visit, wanted: PageWanted, *, filtered: bool) -> _Found:
    services = visit.services
    position = wanted.position(int, str, str)
    after: PhoneKey | None = None if position is None else (int(str(position[0])), str(position[1]), str(position[2]))
    async with visit.reading() as unit:
        if filtered:  # the whole rack is looked through: a page of it may hold none that match
            rows = await services.phones.every(unit)
        else:
            rows = await services.phones.list(unit, after=after, limit=wanted.rows)
        held = await services.leases.in_force(unit, [phone.id for phone in rows])
        return _Found(rows, held, await unit.now())


def _filters(visit: Visit, state: str, tag: str) -> None:
    def go(**changed: str) -> None:
        ui.navigate.to(visit.path("/phones", **{"state": state, "tag": tag, **changed}))

    with ui.element("div").classes("dr-bar dr-filters").props('role="group" aria-label="Filters"'):
        options = {"": "All", **{one.value: sentence(one.value) for one in PhoneState}}
        select = ui.select(options, value=state if state in options else "", label="State")
        select.props("outlined dense options-dense").classes("dr-filter")
        select.on_value_change(lambda event: go(state=event.value))
        words = ui.input("Tag", value=tag).props("outlined dense clearable").classes("dr-filter")
        words.on("keydown.enter", lambda: go(tag=str(words.value or "").strip()))
        if state or tag:
            ui.button("Show all", on_click=lambda: ui.navigate.to(visit.path("/phones"))).props("flat no-caps dense")


def _matches(row: Row, state: str, tag: str) -> bool:
    return state in ("", row["state"]["text"]) and (not tag or tag in row["tags"]["tags"])


def _pager(visit: Visit, pager: ui.element, wanted: PageWanted, found: _Found) -> None:
    with pager:
        if wanted.after is not None:
            ui.link("First phones", visit.path("/phones"))
        if len(found.rows) > USUAL:
            from_ = found.rows[USUAL - 1]
            ui.link("More phones", visit.path("/phones", after=encode(key_of(from_))))
