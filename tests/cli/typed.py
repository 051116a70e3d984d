"""Commands run in this process, for those that only look: what they print, and their exit codes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from drover.cli.main import run


@dataclass(frozen=True)
class Told:
    """What a command left."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed, which is one JSON object."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Prompt:
    """A command line in a folder of its own, where Drover keeps what it keeps in `data`."""

    folder: Path
    capture: pytest.CaptureFixture[str]

    def __call__(self, *words: str, values: Mapping[str, Any] | None = None) -> Told:
        """Run a command, with a file of values if there are any."""
        path = self.folder / "values.json"
        given = () if values is None else ("--values", str(path))
        path.write_text(json.dumps(values or {}))
        code = run([*words, *given], debug=False)
        out, err = self.capture.readouterr()
        return Told(code, out, err)
