"""The form of registry files: one JSON file for each app and each screen."""

import json
import re
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

NAME = re.compile(r"^[a-z0-9_]+\Z")
NAME_HINT = "use lower-case letters, digits and underscores"
_PACKAGE_FORM = r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)+"
PACKAGE = re.compile(rf"^{_PACKAGE_FORM}\Z")
PACKAGE_HINT = "give it as the phone does, such as com.example.shop"

Name = Annotated[str, Field(pattern=r"^[a-z0-9_]+$", max_length=100)]
Box = Annotated[tuple[int, int, int, int], Field(description="A rectangle x1, y1, x2, y2 in pixels of `reference`.")]
KeyName = Annotated[str, Field(min_length=1, max_length=30)]
PicturePath = Annotated[str, Field(pattern=r"^[A-Za-z0-9_./-]+$", max_length=200)]
ExpectedWords = Annotated[str, Field(min_length=1, max_length=300)]
PatternSource = Annotated[str, Field(min_length=1, max_length=500)]


def _unset(value: object) -> bool:
    """Whether a field that came later holds nothing: then it is not written, so that older files stay as they are."""
    return not value


def _at_top(value: str) -> bool:
    return value == TOP


TOP: Final = "top"
AnchorName = Annotated[
    Literal["top", "middle", "bottom"],
    Field(
        exclude_if=_at_top,
        description="Which edge the rectangle keeps its distance from, on phones of another shape than the reference.",
    ),
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class AppFile(_Strict):
    """An app: the name that is also its folder's, and its package."""

    name: Name
    package: str = Field(pattern=rf"^{_PACKAGE_FORM}$", max_length=200)
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


class KeyboardRegionFile(_Strict):
    """A rectangle that must look like its crop; with `absent` it must not."""

    name: Name
    rect: Box
    crop: PicturePath = Field(description="A PNG of the rectangle's size, relative to the app's folder.")
    absent: bool = False


class RegionFile(KeyboardRegionFile):
    """A rectangle that must look like its crop; with `ocr` the text must be read in it besides."""

    anchor: AnchorName = TOP
    ocr: bool = Field(default=False, exclude_if=_unset, description="Read the rectangle, once its picture passed.")
    text: ExpectedWords | None = Field(default=None, exclude_if=_unset, description="What must be read, with `ocr`.")
    pattern: PatternSource | None = Field(
        default=None, exclude_if=_unset, description="Or a pattern that must be found in what is read, with `ocr`."
    )


class TintFile(_Strict):
    """A rectangle whose mean colour must be that of its crop, such as a selected tab's; with `absent` it must not."""

    name: Name
    rect: Box
    crop: PicturePath = Field(description="A PNG in colour, of the rectangle's size, relative to the app's folder.")
    absent: bool = False
    anchor: AnchorName = TOP


class TextFile(_Strict):
    """A rectangle in which a text, or what a pattern matches, must be read; with `absent` it must not."""

    name: Name
    rect: Box
    text: ExpectedWords | None = Field(default=None, exclude_if=_unset, description="What must be read.")
    pattern: PatternSource | None = Field(
        default=None, exclude_if=_unset, description="Or a pattern that must be found in what is read."
    )
    absent: bool = False
    anchor: AnchorName = TOP


class NodeFile(_Strict):
    """An element that the UI tree must have; with `absent` it must not. It has all that is given here."""

    name: Name
    resource_id: str | None = Field(
        default=None,
        exclude_if=_unset,
        min_length=1,
        max_length=300,
        description="Its resource id: whole, or what follows the slash.",
    )
    text: ExpectedWords | None = Field(default=None, exclude_if=_unset, description="Its whole text or description.")
    pattern: PatternSource | None = Field(
        default=None, exclude_if=_unset, description="Or a pattern that is found in its text or description."
    )
    rect: Box | None = Field(default=None, exclude_if=_unset, description="Where its middle lies; anywhere without.")
    absent: bool = False
    anchor: AnchorName = TOP


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
    anchor: AnchorName = TOP


class VariantFile(_Strict):
    """One look of the screen: a theme, a locale, a size. What of it must be seen is tried in the order of its cost."""

    name: Name
    reference: ReferenceFile | None = Field(
        default=None, exclude_if=_unset, description="What this variant's rectangles refer to, if not the screen's."
    )
    picture: PicturePath | None = Field(default=None, description="A JPEG or PNG of the whole screen.")
    regions: list[RegionFile] = Field(min_length=1, max_length=50)
    tints: list[TintFile] = Field(default_factory=list[TintFile], exclude_if=_unset, max_length=50)
    texts: list[TextFile] = Field(default_factory=list[TextFile], exclude_if=_unset, max_length=50)
    nodes: list[NodeFile] = Field(default_factory=list[NodeFile], exclude_if=_unset, max_length=50)
    masks: list[MaskFile] = Field(default_factory=list[MaskFile], max_length=50)
    actions: list[ActionFile] = Field(default_factory=list[ActionFile], max_length=200)


class ScreenFile(_Strict):
    """A screen of an app, or a global one. The file's name is its key."""

    schema_version: Literal[1] = Field(alias="schema", description="The version of this format.")
    key: Name
    name: str = Field(min_length=1, max_length=200)
    description: str = Field(default="", max_length=2000)
    kind: Literal["state", "interrupt"] = "state"
    entry: bool = Field(
        default=False, exclude_if=_unset, description="The app comes to it by itself: no action need lead there."
    )
    reference: ReferenceFile = ReferenceFile(width=1080, height=2400)
    variants: list[VariantFile] = Field(min_length=1, max_length=50)


class KeyboardLookFile(_Strict):
    """How a layer of a keyboard looks, in a theme: every region is seen there, and in no other layer or layout."""

    name: Name
    regions: list[KeyboardRegionFile] = Field(min_length=1, max_length=20)


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
