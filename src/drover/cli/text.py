"""`drover text`: check texts, preview them, and list what their choices come to."""

import asyncio
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from drover.bootstrap.previews import missing_values, preview_text
from drover.bootstrap.values import load_values
from drover.cli import caret, exits
from drover.cli.caret import explained
from drover.cli.play import ValuesOption
from drover.cli.say import warn
from drover.kernel.clock import SystemClock
from drover.kernel.errors import InvalidInput
from drover.language.errors import LanguageError
from drover.language.parsing import parse_text
from drover.language.rendering import Rendered
from drover.language.source import key_of, source_of
from drover.language.spintax import Seed, some_variants
from drover.language.text import Foreach, Reference, Text, Variable, is_reserved, references
from drover.platform.documents import read_text
from drover.platform.settings import load_settings

MOST_BYTES = 1024 * 1024
MOST_VARIANTS = 100_000

app = typer.Typer(help="Check, preview and vary texts.")

TextArgument = Annotated[str, typer.Argument(help="The text; - reads standard input, @FILE a file.", metavar="TEXT")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]


@app.callback(invoke_without_command=True)
def text(context: typer.Context) -> None:
    """Check, preview and vary texts."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command("check", short_help="Tell whether a text is right, and what it refers to.")
def check(text: TextArgument, values: ValuesOption = None, as_json: JsonOption = False) -> int:
    """Tell whether a text is right, and what it refers to; with --values, also what has no value there."""
    source = given(text)
    loaded = load_values(values) if values is not None else None
    try:
        parsed = parse_text(source)
    except LanguageError as error:
        if not as_json:
            raise caret.InText(error, source) from error
        _json({"ok": False, "error": caret.document(error)})
        return exits.BY_KIND[InvalidInput.kind]
    missing = (
        asyncio.run(missing_values(parsed, loaded, SystemClock().now().astimezone())) if loaded is not None else ()
    )
    if as_json:
        _json({"ok": not missing, **_told(parsed), "missing": [caret.document(each) for each in missing]})
    else:
        _show(parsed, source, missing)
    return exits.BY_KIND[InvalidInput.kind] if missing else exits.OK


@app.command("preview", short_help="Show what a text comes to, without side effects.")
def preview(
    text: TextArgument,
    seed: Annotated[int, typer.Option(help="What is drawn by; the same seed gives the same text.")] = 0,
    phone: Annotated[str, typer.Option("--for", help="The phone it is for.", metavar="PHONE")] = "",
    values: ValuesOption = None,
    ask_ai: Annotated[bool, typer.Option("--ai", help="Ask the AI of the settings for drafts, and keep them.")] = False,
    as_json: JsonOption = False,
) -> int:
    """Show what a text comes to, without side effects: counters and media as they would be, secrets as ***."""
    source = given(text)
    loaded = load_values(values) if values is not None else None
    with explained(source, missing="values are given in a JSON file, by --values FILE" if values is None else ""):
        shown = asyncio.run(
            preview_text(source, loaded, load_settings(), SystemClock(), Seed(seed, phone), ask_ai=ask_ai)
        )
    if as_json:
        _json({"text": shown.text, "seed": seed, "for": phone, "secret": shown.secret, **_drafts(shown)})
        return exits.OK
    typer.echo(shown.text)
    if shown.needs_approval:
        warn("it holds a response, which is sent only after a person approved it")
    return exits.OK


@app.command("variants", short_help="List what the choices of a text come to.")
def list_variants(
    text: TextArgument,
    limit: Annotated[int, typer.Option(help="List so many at most.", min=1, max=MOST_VARIANTS)] = 100,
    count: Annotated[bool, typer.Option("--count", help="Tell only how many there are.")] = False,
    as_json: JsonOption = False,
) -> int:
    """List what the choices of a text come to, each a text of its own, variables as they are."""
    source = given(text)
    with explained(source):
        parsed = parse_text(source)
    listed = [] if count else [source_of(each) for each in some_variants(parsed, limit)]
    if as_json:
        _json({"count": parsed.variants, **({} if count else {"variants": listed})})
        return exits.OK
    for line in [str(parsed.variants)] if count else listed:
        typer.echo(line)
    if not count and parsed.variants > limit:
        warn(f"{parsed.variants - limit} more; --limit lists more of them, --count tells how many there are")
    return exits.OK


def given(text: str) -> str:
    """Return a text that was given as it is, by `-` or by `@FILE`; their last line break is not part of it."""
    if text == "-":
        return _without_end(_decoded(sys.stdin.buffer.read(MOST_BYTES + 1)))
    if text.startswith("@"):
        try:
            return _without_end(read_text(Path(text[1:]), limit=MOST_BYTES))
        except InvalidInput as error:
            hint = f"{error.hint}; a text that begins with @ is given on standard input, by -"
            raise InvalidInput(error.message, hint=hint) from error
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InvalidInput("TEXT is not UTF-8 text", hint="give it by @FILE, saved as UTF-8") from error
    return text


def _decoded(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise InvalidInput(f"standard input is larger than {MOST_BYTES} bytes", hint="give one text")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        reason = f"standard input: byte {error.start}: is not UTF-8 text"
        raise InvalidInput(reason, hint="give it as UTF-8") from error


def _without_end(text: str) -> str:
    return text.removesuffix("\n").removesuffix("\r")


def _json(value: object) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False))


def _told(text: Text) -> dict[str, object]:
    return {"variants": text.variants, "references": [_reference(each) for each in _found(text)]}


def _found(text: Text) -> Sequence[Variable | Foreach]:
    return sorted(references(text), key=lambda variable: variable.column)


def _reference(variable: Variable | Foreach) -> dict[str, object]:
    secret = isinstance(variable, Reference) and variable.secret
    name = f"foreach.entity in group:{variable.group}" if isinstance(variable, Foreach) else key_of(variable)
    return {
        "column": variable.column,
        "category": variable.category,
        "name": name,
        "reserved": is_reserved(variable),
        "secret": secret,
    }


def _show(text: Text, source: str, missing: Sequence[LanguageError]) -> None:
    for line in _lines(text):
        typer.echo(line)
    for each in missing:
        warn(each.message)
        for line in (*caret.pointed(source, each.column), each.hint):
            typer.echo(f"  {line}", err=True)


def _lines(text: Text) -> Iterable[str]:
    found = _found(text)
    variants = "1 variant" if text.variants == 1 else f"{text.variants} variants"
    names = "1 variable" if len(found) == 1 else f"{len(found)} variables"
    yield f"{variants}, {names}"
    for each in map(_reference, found):
        marks = [mark for mark in ("reserved", "secret") if each[mark]]
        yield f"  column {each['column']}: ${{{each['name']}}}{''.join(f' ({mark})' for mark in marks)}"


def _drafts(shown: Rendered) -> dict[str, object]:
    drafts = [
        {"kind": each.kind, "text": each.text, "prompt": each.prompt, "model": each.model} for each in shown.drafts
    ]
    return {"drafts": drafts, "needs_approval": shown.needs_approval}
