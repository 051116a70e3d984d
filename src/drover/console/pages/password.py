"""Changing one's own password."""

from nicegui import ui

from drover.console.parts.panels import panel
from drover.console.shell import Visit, acting, done, heading, page
from drover.tenancy.domain.passwords import SHORTEST
from drover.tenancy.service import Act


@page("/password", title="Change password")
async def password(visit: Visit) -> None:
    """Ask for the present password and the new one, twice."""
    visit.caller.require(Act.SEE_ORGANIZATION)
    heading("Change password")
    with ui.element("div").classes("dr-narrow"), panel(f"Password of {visit.caller.username}"):
        fields = ui.element("div").classes("dr-stack")
        with fields:
            present, wanted, again = (
                _field("Present password", "current-password"),
                _field("New password", "new-password"),
                _field("New password, once more", "new-password"),
            )
            ui.label(f"{SHORTEST} characters or more. Your other sessions end; this one goes on.").classes("dr-note")

            async def change() -> None:
                if wanted.value != again.value:
                    again.props('error error-message="It is not the same as the one above"')
                    return
                again.props(remove="error error-message")
                caller = await visit.again()
                await visit.services.login.change_password(caller, str(present.value), str(wanted.value))
                for field in (present, wanted, again):
                    field.value = ""
                done("The password is changed.")

            with ui.element("div").classes("dr-buttons"):
                ui.button("Change password", on_click=acting(visit, change)).props("unelevated no-caps")


def _field(label: str, complete: str) -> ui.input:
    field = ui.input(label, password=True).props(f'outlined dense maxlength=500 autocomplete="{complete}"')
    field.classes("dr-wide")
    return field
