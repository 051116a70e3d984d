"""The kill switch in every page's header, and the banner that says what is halted, by whom and why."""

from collections.abc import Sequence

from nicegui import ui

from drover.console.parts.panels import ask, dialog_of
from drover.console.visit import Visit, acting, done, follow
from drover.platform.db.whose import Organization
from drover.tenancy.service import Act, Thrown

_LOOK_S = 4.0


async def kill_switch(visit: Visit) -> ui.element:
    """Draw the switch where the caller may throw it; return the banner, which is empty while nothing is halted."""
    banner = ui.element("div").classes("dr-banner").props('role="status"')
    shown: list[Sequence[Thrown]] = [await _thrown(visit)]

    def draw() -> None:
        banner.clear()
        banner.set_visibility(bool(shown[0]))
        with banner:
            for thrown in shown[0]:
                _line(visit, thrown)

    async def look() -> None:
        await visit.again()
        thrown = await _thrown(visit)
        if thrown != shown[0]:
            shown[0] = thrown
            draw()

    draw()
    follow(visit, _LOOK_S, look)
    if visit.may(Act.HALT) or visit.may(Act.HALT_ALL):
        ui.button("Stop all", icon="dangerous", on_click=lambda: _ask_to_halt(visit)).props(
            "flat no-caps dense"
        ).classes("dr-stop")
    return banner


async def _thrown(visit: Visit) -> Sequence[Thrown]:
    async with visit.services.database.reading(Organization(visit.caller.organization)) as unit:
        thrown = await visit.services.halts.thrown(unit)
    return [one for one in thrown if one.client in (None, visit.client)]


def _line(visit: Visit, thrown: Thrown) -> None:
    what = "Everything is halted" if thrown.client is None else f"{visit.clients[visit.client]} is halted"
    ui.icon("dangerous")
    ui.label(f"{what} since {visit.local(thrown.halt.at, seconds=False)}: {thrown.halt.reason}")
    act = Act.UNHALT_ALL if thrown.client is None else Act.UNHALT
    if visit.may(act):
        ui.button("Let it go on", on_click=lambda: _ask_to_go_on(visit, thrown)).props("flat no-caps dense")


def _ask_to_halt(visit: Visit) -> None:
    scopes = {"client": f"Everything of {visit.clients[visit.client]}"} if visit.may(Act.HALT) else {}
    if visit.may(Act.HALT_ALL):
        scopes["all"] = "Everything of the organization"

    with dialog_of("Stop all runs within a second") as dialog:
        ui.label("Nothing starts again until somebody lets it go on.").classes("dr-note")
        scope = ui.radio(scopes, value=next(iter(scopes)))
        reason = ui.input("Reason").props("outlined dense autofocus maxlength=500").classes("dr-wide")

        async def throw() -> None:
            why = str(reason.value or "").strip()
            if not why:
                reason.props('error error-message="Say why"')
                return
            caller = await visit.again()
            if scope.value == "all":
                await visit.services.halts.halt_all(caller, why)
            else:
                await visit.services.halts.halt(caller, visit.client, why)
            dialog.close()
            done("Stopped.")

        with ui.element("div").classes("dr-buttons"):
            ui.button("Cancel", on_click=dialog.close).props("flat no-caps")
            ui.button("Stop all", on_click=acting(visit, throw)).props("unelevated no-caps").classes("dr-danger")


def _ask_to_go_on(visit: Visit, thrown: Thrown) -> None:
    async def release(why: str) -> None:
        caller = await visit.again()
        if thrown.client is None:
            await visit.services.halts.unhalt_all(caller, why)
        else:
            await visit.services.halts.unhalt(caller, thrown.client, why)
        done("Runs go on.")

    ask(visit, "Let runs go on", "", "Let it go on", release, reason=True)
