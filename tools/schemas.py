"""Write the JSON Schemas that Drover publishes, from the models that check the files."""

from pathlib import Path

from drover.screens import documents
from drover.sequences import definitions, files
from drover.workflows import files as workflow_files
from drover.workflows import plan_files

SOURCE = Path(__file__).parents[1] / "src" / "drover"


def main() -> None:
    schemas = {f"screens/schema/{name}": text for name, text in documents.schema().items()}
    schemas["sequences/schema/sequence.schema.json"] = documents.written(files.schema())
    schemas["sequences/schema/tasks.schema.json"] = documents.written(definitions.schema())
    schemas["workflows/schema/workflow.schema.json"] = documents.written(workflow_files.schema())
    schemas["workflows/schema/schedule.schema.json"] = documents.written(plan_files.schema())
    for name, text in schemas.items():
        (SOURCE / name).write_text(text)
        print(f"wrote {name}")


if __name__ == "__main__":
    main()
