"""`drover screens unknown`, `propose`, `approve`: screens that nobody knows yet, and taking them into the registry."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import cv2
import typer

from drover.bootstrap.registry import open_registry
from drover.cli import exits
from drover.cli.say import warn
from drover.devices.frame import Frame
from drover.platform.settings import load_settings
from drover.screens.check.frames import frames_in
from drover.screens.domain import Registry, ScreenKind
from drover.screens.finder import RapidPageReader
from drover.screens.identify import read_frame
from drover.screens.unknown.approval import Naming, approve, refuse_unusable
from drover.screens.unknown.documents import cluster_document
from drover.screens.unknown.domain import Cluster
from drover.screens.unknown.proposal import Proposal, propose
from drover.screens.unknown.queue import UnknownQueue

app = typer.Typer(help="Show the screens that nobody knows yet.")

RegistryOption = Annotated[Path, typer.Option(help="The registry folder.", metavar="DIR")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]
AppOption = Annotated[str | None, typer.Option("--app", help="The app in front, where the queue does not tell.")]
SeenArgument = Annotated[
    list[str], typer.Argument(help="An id of the queue, or PNG or JPEG files of one screen.", metavar="ID|FRAME...")
]


@app.callback(invoke_without_command=True)
def unknown(context: typer.Context, as_json: JsonOption = False) -> int:
    """Show the screens that nobody knows yet, the last seen first."""
    if context.invoked_subcommand is not None:
        return exits.OK
    queue = _queue()
    listing = queue.listing()
    for line in listing.unreadable:
        warn(line)
    if as_json:
        documents = [cluster_document(each, [str(path) for path in queue.paths(each)]) for each in listing.clusters]
        typer.echo(json.dumps({"folder": str(queue.folder), "unknown": documents}, ensure_ascii=False))
    else:
        for each in listing.clusters:
            typer.echo(_line(each))
    return exits.FAILED if listing.unreadable else exits.OK


@app.command("drop", short_help="Take one out of the queue.")
def drop(name: Annotated[str, typer.Argument(help="Its id.", metavar="ID")]) -> None:
    """Take an unknown screen out of the queue, with its pictures."""
    _queue().drop(name)


def propose_screen(
    seen: SeenArgument, registry: RegistryOption, app_name: AppOption = None, as_json: JsonOption = False
) -> int:
    """Propose what identifies an unknown screen against the whole registry. Nothing is written."""
    source = _source(seen)
    proposal = _proposal(source, open_registry(registry, warn), app_name)
    if as_json:
        typer.echo(json.dumps(proposal.document(), ensure_ascii=False))
    else:
        _show(proposal)
    return exits.OK if proposal.choice.unique else exits.FAILED


def approve_screen(
    seen: SeenArgument,
    key: Annotated[str, typer.Option(help="Its key, such as plaza.feed.", metavar="APP.NAME")],
    registry: RegistryOption,
    name: Annotated[str, typer.Option(help="Its name; without it, the title that is read on it.")] = "",
    kind: Annotated[
        Literal["state", "interrupt"] | None, typer.Option(help="A place in the app, or what covers one.")
    ] = None,
    variant: Annotated[str, typer.Option(help="Add it as another look of a screen that is there.")] = "",
    package: Annotated[str, typer.Option(help="The package of an app that is new.", metavar="com.example")] = "",
    frames: Annotated[
        Path | None, typer.Option(help="Kept frames that must stay what they are.", metavar="DIR")
    ] = None,
    as_json: JsonOption = False,
) -> int:
    """Take an unknown screen into the registry, if no other screen is harmed, and out of the queue."""
    naming = Naming(key, name, ScreenKind(kind) if kind is not None else None, variant, package)
    known = open_registry(registry, warn)
    refuse_unusable(naming, known)
    source = _source(seen)
    kept = list(frames_in(frames)) if frames is not None else []
    proposal = _proposal(source, known, key.partition(".")[0])
    approved = approve(registry, proposal, source.frames, naming, kept)
    if source.cluster is not None:
        _queue().drop(source.cluster.id)
    screen = approved.screen
    recognised = [str(change) for change in approved.regression.changes if change.before is None]
    if as_json:
        said = {"key": screen.key, "name": screen.name, "kind": screen.kind.value, "variant": approved.variant}
        typer.echo(json.dumps(said | {"recognised": recognised}, ensure_ascii=False))
    else:
        typer.echo(f"{screen.key} ({approved.variant}) is in {registry} now, as “{screen.name}”, {screen.kind.value}")
    return exits.OK


@dataclass(frozen=True, slots=True)
class _Source:
    """Captures of one screen, and the cluster that they are of, if the queue has them."""

    frames: tuple[Frame, ...]
    cluster: Cluster | None


def _source(seen: Sequence[str]) -> _Source:
    """Return what an id or files stand for: a file that is there is meant before an id."""
    if len(seen) == 1 and not Path(seen[0]).exists() and not Path(seen[0]).suffix:
        queue = _queue()
        cluster = queue.cluster(seen[0])
        return _Source(queue.frames(cluster), cluster)
    return _Source(tuple(read_frame(Path(each)) for each in seen), None)


def _proposal(source: _Source, registry: Registry, app_name: str | None) -> Proposal:
    cv2.setNumThreads(1)
    app_of_queue = source.cluster.app if source.cluster is not None else None
    return propose(source.frames, registry, RapidPageReader(), app=app_name or app_of_queue)


def _queue() -> UnknownQueue:
    return UnknownQueue(load_settings().unknown_folder)


def _line(cluster: Cluster) -> str:
    last = cluster.kept[-1].sighting if cluster.kept else None
    where = f"{last.phone}, step {last.step}, {last.task}" if last is not None and last.step else ""
    seen = f"{cluster.last_seen:%Y-%m-%d %H:%M}"
    pictures = f"{len(cluster.frames)} pictures" if len(cluster.frames) != 1 else "1 picture"
    told = [cluster.id, f"{cluster.count}x", seen, cluster.app or "-", pictures, where]
    return "  ".join(part for part in told if part)


def _show(proposal: Proposal) -> None:
    over = f", lies over {proposal.covers.key}" if proposal.covers is not None else ""
    typer.echo(f"{proposal.key}: “{proposal.name}”, {proposal.kind.value}{over}; {proposal.captures} captures")
    for each in proposal.elements:
        rect = each.rect
        says = f" “{each.says}”" if each.says else ""
        closest = f", closest {each.closest}" if each.closest else ""
        typer.echo(f"  {each.name}  {rect.x1},{rect.y1},{rect.x2},{rect.y2}{says}{closest}")
    for line in proposal.advice:
        warn(line)
