"""The `drover` command: errors become a sentence, a cure and an exit code here and only here."""

import os
import sys
import traceback

from drover.cli import exits
from drover.platform.memory import loading


def main() -> None:
    """Run the command that the words of the command line name, and exit with its code."""
    words = [word for word in sys.argv[1:] if word != "--debug"]
    debug = len(words) < len(sys.argv) - 1 or os.environ.get("DROVER_DEBUG") == "1"
    sys.exit(run(words, debug=debug))


def run(words: list[str], *, debug: bool) -> int:
    """Run one command and return its exit code."""
    try:
        return _command(words, debug=debug)
    except (KeyboardInterrupt, Exception) as error:  # noqa: BLE001  the last door: nothing passes it as a traceback
        code = _explain(error)
        if debug:
            traceback.print_exc()
        return code


def _command(words: list[str], *, debug: bool) -> int:
    # Loading takes a while; Ctrl-C meanwhile is to be answered like any other, so it is done in here.
    with loading():
        from drover.cli import app  # noqa: PLC0415  see above
        from drover.platform.logging import configure_logging  # noqa: PLC0415  see above

    configure_logging(debug=debug)
    return app.run(words)


def _explain(error: BaseException) -> int:
    """Say what went wrong and how to mend it; return the exit code."""
    if isinstance(error, KeyboardInterrupt):
        _say("interrupted", "")
        return exits.INTERRUPTED
    import typer  # noqa: PLC0415  as in _command

    from drover.cli.interrupts import Stopped  # noqa: PLC0415  as in _command
    from drover.kernel.errors import DroverError  # noqa: PLC0415  as in _command

    match error:
        case Stopped():
            _say(str(error), error.hint)
            return exits.SIGNALLED + error.number
        case DroverError():
            _say(error.message, error.hint)
            return exits.BY_KIND[error.kind]
        case typer.TyperException():
            command = getattr(getattr(error, "ctx", None), "command_path", "drover")
            message = (
                error.format_message()
                .replace(": Input ", ": ")
                .replace(": Value error, ", ": ")
                .partition(", unable to parse")[0]
                .rstrip(".")
            )
            _say(f"{message[:1].lower()}{message[1:]}", f"`{command} --help` shows what can be given")
            return error.exit_code
        case typer.Abort():
            _say("interrupted", "")
            return exits.INTERRUPTED
        case _:
            _say(f"unexpected error: {error!r}", "run again with --debug, and report what it shows")
            return exits.INTERNAL


def _say(message: str, hint: str) -> None:
    lines = [f"drover: {line}" for line in message.splitlines()] + ([f"  {hint}"] if hint else [])
    print("\n".join(lines), file=sys.stderr)  # noqa: T201  typer may not be loaded yet
