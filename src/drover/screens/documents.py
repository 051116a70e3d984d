"""The form of registry files: one JSON file for each app and each screen."""

import json
import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

NAME = re.compile(r"^[a-z0-9_]+\Z")
NAME_HINT = "use lower-case letters, digits and underscores"

Name = Annotated[str, Field(pattern=r"^[a-z0-9_]+$", max_length=100)]
Box = Annotated[tuple[int, int, int, int], Field(description="A rectangle x1, y1, x2, y2 in pixels of `reference`.")]
KeyName = Annotated[str, Field(min_length=1, max_length=30)]
PicturePath = Annotated[str, Field(pattern=r"^[A-Za-z0-9_./-]+$", max_length=200)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class AppFile(_Strict):
    """An app: the name that is also its folder's, and its package."""

    name: Name
    package: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)+$", max_length=200)
    ways: dict[Literal["switch_account", "select_slot"], str] = Field(
        default_factory=dict[Literal["switch_account", "select_slot"], str],
        description="The sequence files, relative to the app's folder, that switch its account and its slot.",
    )
    by_keyboard: bool = Field(
        default=False,
        description="The app takes no injected text: text is typed on the keys of the on-screen keyboard.",
    )


class ReferenceFile(_Strict):
    """The size, in pixels, that the screen's rectangles refer to."""

    width: int = Field(ge=100, le=10_000)
    height: int = Field(ge=100, le=10_000)


class RegionFile(_Strict):
    """A rectangle that must look like its crop; with `absent` it must not."""

    name: Name
    rect: Box
    crop: PicturePath = Field(description="A PNG of the rectangle's size, relative to the app's folder.")
    absent: bool = False


class MaskFile(_Strict):
    """A rectangle that never matters: a clock, an avatar."""

    name: Name
    rect: Box


class ActionFile(_Strict):
    """Something that can be done on the screen."""

    name: Name
    rect: Box
    kind: Literal["tap", "long_tap", "swipe", "type"] = "tap"
    leads_to: str | None = Field(
        default=None,
        pattern=r"^([a-z0-9_]+\.)?[a-z0-9_]+$",
        description="The screen that follows: its key, or `<app>.<key>` for one of another folder.",
    )
    crop: PicturePath | None = Field(default=None, description="What must be seen at the rectangle before the act.")


class VariantFile(_Strict):
    """One look of the screen: a theme, a locale."""

    name: Name
    picture: PicturePath | None = Field(default=None, description="A JPEG or PNG of the whole screen.")
    regions: list[RegionFile] = Field(min_length=1, max_length=50)
    masks: list[MaskFile] = Field(default_factory=list[MaskFile], max_length=50)
    actions: list[ActionFile] = Field(default_factory=list[ActionFile], max_length=200)


class ScreenFile(_Strict):
    """A screen of an app, or a global one. The file's name is its key."""

    schema_version: Literal[1] = Field(alias="schema", description="The version of this format.")
    key: Name
    name: str = Field(min_length=1, max_length=200)
    description: str = Field(default="", max_length=2000)
    kind: Literal["state", "interrupt"] = "state"
    reference: ReferenceFile = ReferenceFile(width=1080, height=2400)
    variants: list[VariantFile] = Field(min_length=1, max_length=50)


class KeyboardLookFile(_Strict):
    """How a layer of a keyboard looks, in a theme: every region is seen there, and in no other layer or layout."""

    name: Name
    regions: list[RegionFile] = Field(min_length=1, max_length=20)


class KeyboardLayerFile(_Strict):
    """One face of a keyboard: small letters, capitals, symbols."""

    name: Name
    keys: dict[KeyName, Box] = Field(
        min_length=1,
        max_length=200,
        description="Rectangles by the character that the key types; by a name (shift, enter) where it types none.",
    )
    switches: dict[KeyName, Name] = Field(
        default_factory=dict[str, str], max_length=20, description="Which layer a key leads to, by the key's name."
    )
    after_letter: Name | None = Field(
        default=None, description="The layer shown once a letter was typed, where that is another one."
    )
    looks: list[KeyboardLookFile] = Field(
        default_factory=list[KeyboardLookFile], max_length=20, description="Without any, the layer is never recognised."
    )


class KeyboardFile(_Strict):
    """A map of an on-screen keyboard in one layout. The file's name is its name."""

    schema_version: Literal[1] = Field(alias="schema", description="The version of this format.")
    name: Name
    title: str = Field(default="", max_length=200)
    reference: ReferenceFile = ReferenceFile(width=1080, height=2400)
    next_layout: KeyName | None = Field(
        default=None, description="The key that brings the next layout that is switched on, such as `globe`."
    )
    layers: list[KeyboardLayerFile] = Field(min_length=1, max_length=20)


def schema() -> dict[str, str]:
    """Return the text of the published JSON Schemas, by file name."""
    models = {
        "app.schema.json": AppFile,
        "keyboard.schema.json": KeyboardFile,
        "screen.schema.json": ScreenFile,
    }
    return {name: written(model.model_json_schema(by_alias=True)) for name, model in models.items()}


def written(document: object) -> str:
    """Return `document` as JSON text: equal documents give equal text."""
    return json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
