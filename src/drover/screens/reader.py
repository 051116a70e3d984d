"""From a screen file to a screen: everything that a form alone cannot say is checked here, with its place."""

from collections.abc import Collection
from pathlib import Path

from drover.devices.geometry import Size
from drover.screens.documents import ActionFile, ScreenFile, VariantFile
from drover.screens.domain import Action, ActionKind, Screen, ScreenKind, Variant, closest
from drover.screens.parts import PartReader, found


class ScreenReader:
    """Reads the file at `path`, of a screen of `app` (None: global); `known` are all whole keys of the registry."""

    def __init__(self, path: Path, *, app: str | None, known: Collection[str]) -> None:
        self._folder = path.parent.name
        self._file = path.name
        self._key = path.stem
        self._app = app
        self._known = known
        self._parts = PartReader(path)

    def read(self, document: ScreenFile) -> Screen:
        """Return the screen. Raises BadDocument with every fault found."""
        if document.key != self._key:
            self._parts.fault("key", f"is '{document.key}', but the file is '{self._file}'", "name both alike")
        self._parts.refuse_twins("variants", [variant.name for variant in document.variants])
        reference = Size(document.reference.width, document.reference.height)
        variants = [
            self._variant(variant, reference, f"variants[{index}]") for index, variant in enumerate(document.variants)
        ]
        self._parts.finish()
        return Screen(
            key=f"{self._folder}.{document.key}",
            name=document.name,
            description=document.description,
            app=self._app,
            kind=ScreenKind(document.kind),
            reference=reference,
            variants=tuple(variants),
        )

    def _variant(self, document: VariantFile, reference: Size, where: str) -> Variant:
        self._parts.refuse_twins(f"{where}.masks", [mask.name for mask in document.masks])
        self._parts.refuse_twins(f"{where}.actions", [action.name for action in document.actions])
        masks = found(
            self._parts.rect(mask.rect, reference, f"{where}.masks[{index}]")
            for index, mask in enumerate(document.masks)
        )
        return Variant(
            name=document.name,
            regions=self._parts.regions(document.regions, reference, f"{where}.regions", masks),
            masks=masks,
            actions=found(
                self._action(action, reference, f"{where}.actions[{index}]")
                for index, action in enumerate(document.actions)
            ),
            picture=self._parts.picture(document.picture, reference, f"{where}.picture"),
        )

    def _action(self, document: ActionFile, reference: Size, where: str) -> Action | None:
        leads_to = document.leads_to
        if leads_to is not None and "." not in leads_to:
            leads_to = f"{self._folder}.{leads_to}"
        if leads_to is not None and leads_to not in self._known:
            self._parts.fault(
                f"{where}.leads_to", f"names the screen {leads_to}, which has no file", closest(leads_to, self._known)
            )
        rect = self._parts.rect(document.rect, reference, where)
        if rect is None:
            return None
        crop = self._parts.crop(document.crop, rect, (), where) if document.crop is not None else None
        return Action(document.name, rect, ActionKind(document.kind), leads_to, crop)
