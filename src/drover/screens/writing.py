"""Writing screens into a registry folder: the same screen gives the same bytes, and no file is ever half written."""

import re
from dataclasses import asdict
from pathlib import Path
from typing import TypedDict

from pydantic import ValidationError

from drover.devices.geometry import Rect, Size
from drover.kernel.errors import DroverError, InvalidInput, Kind
from drover.platform.files import write_whole
from drover.screens.documents import (
    ActionFile,
    AppFile,
    KeyboardFile,
    KeyboardLayerFile,
    KeyboardLookFile,
    KeyboardRegionFile,
    MaskFile,
    NodeFile,
    ReferenceFile,
    RegionFile,
    ScreenFile,
    TextFile,
    TintFile,
    VariantFile,
    written,
)
from drover.screens.domain import Action, App, Region, Screen, Variant
from drover.screens.files import APP_FILE, KEYBOARDS
from drover.screens.keyboard import KeyboardLayer, KeyboardMap
from drover.screens.regions import ExpectedText, NodeRegion, TintRegion
from drover.screens.tints import png_of

# Four numbers, each on a line of its own; a string cannot hold a line break, so no text is ever touched.
_RECTANGLE = re.compile(r"\[\s+(-?\d+),\s+(-?\d+),\s+(-?\d+),\s+(-?\d+)\s+\]")


class RegistryNotWritten(DroverError):
    """The registry's folder refuses to be written to."""

    kind = Kind.FAILED


def save_app(registry: Path, app: App) -> Path:
    """Write the app's file and return its path. Raises InvalidInput for a name that a file may not have."""
    try:
        document = AppFile.model_validate(asdict(app))
    except ValidationError as error:
        raise _unfit(f"app {app.name}", error) from error
    path = registry / app.name / APP_FILE
    _write(path, written(document.model_dump(mode="json", exclude_defaults=True)).encode())
    return path


def save_screen(registry: Path, screen: Screen) -> Path:
    """Write the screen's crops, pictures, and last its file, whose path is returned.

    Raises InvalidInput for names that a file may not have, RegistryNotWritten where the folder cannot be written.
    Crops of regions that the screen no longer has stay where they are.
    """
    folder, _, key = screen.key.partition(".")
    try:
        document = _document(screen, key)
    except ValidationError as error:
        raise _unfit(f"screen {screen.key}", error) from error
    for name, content in _pictures(screen, key).items():
        _write(registry / folder / name, content)
    path = registry / folder / f"{key}.json"
    _write(path, written(document.model_dump(mode="json", by_alias=True)).encode())
    return path


def save_keyboard(path: Path, keyboard: KeyboardMap) -> None:
    """Write the map to `path`, with its crops beside it; rectangles take one line each.

    Raises InvalidInput for names that a file may not have, RegistryNotWritten where the folder cannot be written.
    """
    try:
        document = _keyboard_document(keyboard)
    except ValidationError as error:
        raise _unfit(f"keyboard {keyboard.name}", error) from error
    for layer in keyboard.layers:
        for look in layer.looks:
            for region in look.regions:
                name = _look_crop_name(keyboard, layer.name, look.name, region.name)
                _write(path.parent / name, region.crop.png)
    text = written(document.model_dump(mode="json", by_alias=True, exclude_none=True))
    _write(path, _RECTANGLE.sub(r"[\1, \2, \3, \4]", text).encode())


def keyboard_path(registry: Path, name: str) -> Path:
    """Return where the registry keeps the keyboard map of that name."""
    return registry / KEYBOARDS / f"{name}.json"


def _keyboard_document(keyboard: KeyboardMap) -> KeyboardFile:
    return KeyboardFile(
        schema=1,
        name=keyboard.name,
        title=keyboard.title,
        reference=_reference(keyboard.reference),
        next_layout=keyboard.next_layout,
        layers=[_layer(keyboard, layer) for layer in keyboard.layers],
    )


def _layer(keyboard: KeyboardMap, layer: KeyboardLayer) -> KeyboardLayerFile:
    return KeyboardLayerFile(
        name=layer.name,
        keys={key: _box(rect) for key, rect in layer.keys.items()},
        switches=dict(layer.switches),
        after_letter=layer.after_letter,
        looks=[
            KeyboardLookFile(
                name=look.name,
                regions=[
                    KeyboardRegionFile(
                        name=region.name,
                        rect=_box(region.rect),
                        crop=_look_crop_name(keyboard, layer.name, look.name, region.name),
                        absent=region.absent,
                    )
                    for region in look.regions
                ],
            )
            for look in layer.looks
        ],
    )


def _look_crop_name(keyboard: KeyboardMap, layer: str, look: str, region: str) -> str:
    return f"crops/{keyboard.name}.{layer}.{look}.{region}.png"


def _document(screen: Screen, key: str) -> ScreenFile:
    return ScreenFile(
        schema=1,
        key=key,
        name=screen.name,
        description=screen.description,
        kind=screen.kind.value,
        entry=screen.entry,
        reference=_reference(screen.reference),
        variants=[_variant(variant, key) for variant in screen.variants],
    )


def _variant(variant: Variant, key: str) -> VariantFile:
    return VariantFile(
        name=variant.name,
        picture=_picture_name(key, variant) if variant.picture else None,
        reference=_reference(variant.reference) if variant.reference is not None else None,
        regions=[
            RegionFile(
                name=region.name,
                rect=_box(region.rect),
                crop=_crop_name(key, variant, region),
                absent=region.absent,
                anchor=region.anchor.value,
                ocr=region.text is not None,
                **_expected(region.text),
            )
            for region in variant.regions
        ],
        tints=[
            TintFile(
                name=tint.name,
                rect=_box(tint.rect),
                crop=_crop_name(key, variant, tint),
                absent=tint.absent,
                anchor=tint.anchor.value,
            )
            for tint in variant.tints
        ],
        texts=[
            TextFile(
                name=text.name,
                rect=_box(text.rect),
                absent=text.absent,
                anchor=text.anchor.value,
                **_expected(text.text),
            )
            for text in variant.texts
        ],
        nodes=[_node(node) for node in variant.nodes],
        masks=[MaskFile(name=f"mask{number}", rect=_box(mask)) for number, mask in enumerate(variant.masks, 1)],
        actions=[
            ActionFile(
                name=action.name,
                rect=_box(action.rect),
                kind=action.kind.value,
                leads_to=action.leads_to,
                crop=_crop_name(key, variant, action) if action.crop is not None else None,
                anchor=action.anchor.value,
            )
            for action in variant.actions
        ],
    )


def _node(node: NodeRegion) -> NodeFile:
    return NodeFile(
        name=node.name,
        resource_id=node.node.resource_id or None,
        rect=_box(node.rect) if node.rect is not None else None,
        absent=node.absent,
        anchor=node.anchor.value,
        **_expected(node.node.text),
    )


class _Expected(TypedDict):
    text: str | None
    pattern: str | None


def _expected(text: ExpectedText | None) -> _Expected:
    """Return the fields that say what must be read."""
    source = text.source if text is not None else None
    return (
        _Expected(text=None, pattern=source)
        if text is not None and text.pattern
        else _Expected(text=source, pattern=None)
    )


def _reference(size: Size) -> ReferenceFile:
    return ReferenceFile(width=size.width, height=size.height)


def _pictures(screen: Screen, key: str) -> dict[str, bytes]:
    """Return the content of every crop and picture by its name in the app's folder."""
    pictures: dict[str, bytes] = {}
    for variant in screen.variants:
        for part in (*variant.regions, *variant.actions):
            if part.crop is not None:
                pictures[_crop_name(key, variant, part)] = part.crop.png
        for tint in variant.tints:
            pictures[_crop_name(key, variant, tint)] = png_of(tint.tint, tint.rect)
        if variant.picture:
            pictures[_picture_name(key, variant)] = variant.picture
    return pictures


def _crop_name(key: str, variant: Variant, part: Region | TintRegion | Action) -> str:
    match part:
        case Region():
            kind = ""
        case TintRegion():
            kind = "tint."
        case Action():
            kind = "action."
    return f"crops/{key}.{variant.name}.{kind}{part.name}.png"


def _picture_name(key: str, variant: Variant) -> str:
    return f"pictures/{key}.{variant.name}.jpg"


def _box(rect: Rect) -> tuple[int, int, int, int]:
    return rect.x1, rect.y1, rect.x2, rect.y2


def _write(path: Path, content: bytes) -> None:
    try:
        write_whole(path, content)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise RegistryNotWritten(f"{path} cannot be written ({reason})", hint="check the folder's rights") from error


def _unfit(what: str, error: ValidationError) -> InvalidInput:
    detail = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in detail["loc"])
    return InvalidInput(f"{what} cannot be written: {place}: {detail['msg']}", hint="names are a-z, 0-9 and _")
