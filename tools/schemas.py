"""Write the JSON Schemas that Drover publishes, from the models that check the files."""

import json
from pathlib import Path

from drover.sequences import files as sequences

SOURCE = Path(__file__).parents[1] / "src" / "drover"


def write(path: Path, schema: dict[str, object]) -> None:
    path.write_text(json.dumps(schema, indent=2, sort_keys=True) + "\n")


write(SOURCE / "sequences/schema/sequence.schema.json", sequences.schema())
