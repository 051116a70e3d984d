"""Write docs/reference/api.md again."""

from pathlib import Path

from drover.api.reference import reference

Path("docs/reference/api.md").write_text(reference(), encoding="utf-8")
