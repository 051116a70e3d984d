"""One run: its trace as it grows, what it was made of, and what may be asked of it."""

from collections.abc import Sequence
from typing import Final

from nicegui import ui

from drover.console import tracing
from drover.console.parts.panels import Facts, ask, panel
from drover.console.parts.trace import Trace
from drover.console.shell import Visit, done, follow, heading, page
from drover.console.tracing import CONTINUABLE, Told, told
from drover.console.words import RESULTS, RUN_TONES, sentence
from drover.tenancy.service import Act, Caller
from drover.workflows.domain.runs import RunStatus

_LOOK_S: Final = 1.0
_STOPPABLE: Final = frozenset({RunStatus.PENDING, RunStatus.RUNNING, RunStatus.PAUSED})


@page("/runs/{run_id}", title="Run")
async def run(visit: Visit, run_id: str) -> None:
    """Show it, and keep it as it is now. Raises UnknownRun."""
    visit.caller.require(Act.SEE, visit.client)
    first = await told(visit, run_id)
    view = _View(visit, first)
    view.show(first)

    async def look() -> None:
        view.show(await told(visit, run_id, view.shown))

    view.look = look
    follow(visit, _LOOK_S, look)


class _View:
    """The parts of the page that change."""

    def __init__(self, visit: Visit, first: Told) -> None:
        self._visit = visit
        self.shown = first
        self._journal: Sequence[tuple[str, str]] = ()
        self._head: tuple[object, ...] = ()
        heading(first.names.workflow(first.run.workflow_id), f"on {first.phone.name}")
        self._bar = ui.element("div").classes("dr-bar dr-run-bar").props('aria-live="polite"')
        with ui.element("div").classes("dr-columns"):
            with ui.element("div"):
                self._trace = Trace(self._continue)
            with ui.element("div").classes("dr-stack"):
                self._panels()

    async def look(self) -> None:
        """Look again at once; the page sets it."""

    def _panels(self) -> None:
        with panel("What happened"):
            self._events = ui.element("ol").classes("dr-journal").props('tabindex="0" aria-label="What happened"')
        with panel("Run"):
            self._facts = Facts()
        with panel("Parameters"):
            self._parameters = Facts()
            if not self.shown.run.parameters:
                ui.label("None were given.").classes("dr-note")
        with panel("Versions"):
            self._versions = Facts()
        with panel("Recovery attempts"):
            self._recoveries = Facts()
            self._none = ui.label("None were needed.").classes("dr-note")

    def show(self, now: Told) -> None:
        """Show the run as it is now."""
        self.shown = now
        visit = self._visit
        self._trace.show(tracing.shown_steps(visit, now))
        self._facts.show(tracing.facts(visit, now))
        self._parameters.show(tracing.parameters(now))
        self._versions.show(tracing.versions(now))
        self._recoveries.show(tracing.recoveries(visit, now))
        self._none.set_visibility(not now.recoveries)
        self._show_journal(tracing.journal(visit, now))
        head = (now.run.status, now.run.reason, now.run.asked, now.run.result)
        if head != self._head:
            self._head = head
            self._show_bar(now)

    def _show_journal(self, lines: Sequence[tuple[str, str]]) -> None:
        if lines == self._journal:
            return
        self._journal = lines
        self._events.clear()
        with self._events:
            for at, words in lines[:200]:
                with ui.element("li"):
                    with ui.element("time").props(f'title="{at}"'):
                        ui.label(at[-8:])
                    ui.label(words)

    def _show_bar(self, now: Told) -> None:
        run, visit = now.run, self._visit
        self._bar.clear()
        with self._bar:
            live = " live" if run.status is RunStatus.RUNNING else ""
            ui.label(run.status.value).classes(f"dr-badge {RUN_TONES[run.status]}{live}")
            asked = f"asked to {run.asked.value}" if run.asked is not None else ""
            said = (asked, RESULTS[run.result], sentence(run.reason))
            ui.label(" · ".join(part for part in said if part)).classes("dr-note")
            ui.element("div").classes("dr-space")
            if visit.may(Act.RUN, rack=now.phone.rack_id):
                self._buttons(run.status)
            elif not run.status.over:
                ui.label("Only who may run on this phone can stop or continue it.").classes("dr-note")
            ui.button("Phone", icon="smartphone", on_click=lambda: ui.navigate.to(self._phone_path())).props(
                "flat no-caps"
            )
            path = visit.path(f"/runs/{run.id}/export")
            ui.button("Export as HTML", icon="download", on_click=lambda: ui.navigate.to(path)).props("flat no-caps")

    def _phone_path(self) -> str:
        return self._visit.path(f"/phones/{self.shown.run.phone_id}")

    def _buttons(self, status: RunStatus) -> None:
        if status in (RunStatus.PENDING, RunStatus.RUNNING):
            self._button("Pause", "pause", self._ask_pause)
        if status is RunStatus.PAUSED:
            self._button("Resume", "play_arrow", self._ask_resume)
        if status in CONTINUABLE:
            self._button("Continue", "redo", self._ask_continue)
        if status in _STOPPABLE:
            self._button("Cancel run", "close", self._ask_cancel)

    def _button(self, words: str, icon: str, act: "object") -> None:
        ui.button(words, icon=icon, on_click=act).props("outline no-caps")  # type: ignore[arg-type]  # a plain handler

    def _ask_pause(self) -> None:
        ask(
            self._visit,
            "Pause this run",
            "It stops after the task that it is at, lets go of its phone, and waits until somebody resumes it.",
            "Pause",
            lambda why: self._stop("pause", why),
            reason=True,
        )

    def _ask_cancel(self) -> None:
        ask(
            self._visit,
            "Cancel this run",
            "It stops after the task that it is at. It can be continued later, from a step of your choice.",
            "Cancel run",
            lambda why: self._stop("cancel", why),
            reason=True,
            danger=True,
        )

    def _ask_resume(self) -> None:
        ask(
            self._visit,
            "Resume this run",
            "It goes on from where it was, once its phone is free.",
            "Resume",
            lambda _: self._resume(),
        )

    async def _ask_continue(self) -> None:
        failed = next((step for step in self.shown.steps if step.reason or step.ended_at is None), None)
        position = failed.position if failed is not None else 1
        await self._continue(position, max(1, failed.step) if failed is not None else 1)

    async def _continue(self, step: int, task: int) -> None:
        where = f"step {step}" + (f", task {task}" if task > 1 else "")
        ask(
            self._visit,
            f"Continue from {where}",
            "What comes after it is played anew. A task that must not be repeated is checked on the screen first.",
            "Continue",
            lambda _: self._go_on(step, task),
        )

    async def _stop(self, how: str, why: str) -> None:
        caller = await self._may()
        runs, visit, run_id = self._visit.services.runs, self._visit, self.shown.run.id
        asked = await (runs.pause if how == "pause" else runs.cancel)(visit.whose, caller, run_id, why)
        done("It stops." if asked.confirmed else "Its agent does not answer: it stops when its time on the phone ends.")
        await self.look()

    async def _resume(self) -> None:
        caller = await self._may()
        await self._visit.services.runs.resume(self._visit.whose, caller, self.shown.run.id)
        done("It goes on as soon as its phone is free.")
        await self.look()

    async def _go_on(self, step: int, task: int) -> None:
        caller = await self._may()
        await self._visit.services.runs.continue_from(self._visit.whose, caller, self.shown.run.id, step, task)
        done("It goes on as soon as its phone is free.")
        await self.look()

    async def _may(self) -> Caller:
        """Return who asks, as their session stands now. Raises NotAllowed, CredentialRefused."""
        return await self._visit.again(Act.RUN, rack=self.shown.phone.rack_id)
