"""From a screen file to a screen: everything that a form alone cannot say is checked here, with its place."""

from collections.abc import Collection
from pathlib import Path

from drover.devices.geometry import Rect, Size
from drover.screens.documents import ActionFile, NodeFile, RegionFile, ScreenFile, TextFile, TintFile, VariantFile
from drover.screens.domain import Action, ActionKind, Screen, ScreenKind, Variant, closest
from drover.screens.matching.outlining import Outlining
from drover.screens.parts import PartReader, found
from drover.screens.pictures import Grays
from drover.screens.regions import Anchor, NodeQuery, NodeRegion, Region, TextRegion, TintRegion


class ScreenReader:
    """Reads the file at `path`, of a screen of `app` (None: global); `known` are all whole keys of the registry."""

    def __init__(
        self, path: Path, *, app: str | None, known: Collection[str], grays: Grays, outlining: Outlining
    ) -> None:
        self._folder = path.parent.name
        self._file = path.name
        self._key = path.stem
        self._app = app
        self._known = known
        self._parts = PartReader(path, grays, outlining)

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
            entry=document.entry,
        )

    def _variant(self, document: VariantFile, screens: Size, where: str) -> Variant:
        own = Size(document.reference.width, document.reference.height) if document.reference is not None else None
        reference = own or screens
        kinds = {"regions": document.regions, "tints": document.tints, "texts": document.texts, "nodes": document.nodes}
        self._parts.refuse_shared_names(where, {kind: [each.name for each in parts] for kind, parts in kinds.items()})
        self._parts.refuse_twins(f"{where}.masks", [mask.name for mask in document.masks])
        self._parts.refuse_twins(f"{where}.actions", [action.name for action in document.actions])
        self._parts.require_one(document.regions, f"{where}.regions")
        masks = found(
            self._parts.rect(mask.rect, reference, f"{where}.masks[{index}]")
            for index, mask in enumerate(document.masks)
        )
        return Variant(
            name=document.name,
            regions=found(
                self._region(region, reference, masks, f"{where}.regions[{index}]")
                for index, region in enumerate(document.regions)
            ),
            masks=masks,
            actions=found(
                self._action(action, reference, f"{where}.actions[{index}]")
                for index, action in enumerate(document.actions)
            ),
            picture=self._parts.picture(document.picture, reference, f"{where}.picture"),
            tints=found(
                self._tint(tint, reference, masks, f"{where}.tints[{index}]")
                for index, tint in enumerate(document.tints)
            ),
            texts=found(
                self._text(text, reference, f"{where}.texts[{index}]") for index, text in enumerate(document.texts)
            ),
            nodes=found(
                self._node(node, reference, f"{where}.nodes[{index}]") for index, node in enumerate(document.nodes)
            ),
            reference=own,
        )

    def _region(self, document: RegionFile, reference: Size, masks: tuple[Rect, ...], where: str) -> Region | None:
        text = None
        if document.ocr:
            text = self._parts.expected(document.text, document.pattern, where)
        elif document.text is not None or document.pattern is not None:
            field = "text" if document.text is not None else "pattern"
            self._parts.fault(f"{where}.{field}", "is given, but nothing is read", "set `ocr`, or remove it")
        return self._parts.region(document, reference, where, Anchor(document.anchor), masks, text)

    def _tint(self, document: TintFile, reference: Size, masks: tuple[Rect, ...], where: str) -> TintRegion | None:
        rect = self._parts.rect(document.rect, reference, where)
        tint = self._parts.tint(document.crop, rect, masks, where) if rect is not None else None
        if rect is None or tint is None:
            return None
        return TintRegion(document.name, rect, tint, document.absent, Anchor(document.anchor))

    def _text(self, document: TextFile, reference: Size, where: str) -> TextRegion | None:
        rect = self._parts.legible(document.rect, reference, where)
        text = self._parts.expected(document.text, document.pattern, where)
        if rect is None or text is None:
            return None
        return TextRegion(document.name, rect, text, document.absent, Anchor(document.anchor))

    def _node(self, document: NodeFile, reference: Size, where: str) -> NodeRegion | None:
        text = None
        if document.text is not None or document.pattern is not None:
            text = self._parts.expected(document.text, document.pattern, where)
        elif document.resource_id is None:
            self._parts.fault(where, "says nothing about the element", "give `resource_id`, `text` or `pattern`")
        rect = self._parts.rect(document.rect, reference, where) if document.rect is not None else None
        query = NodeQuery(document.resource_id or "", text)
        return NodeRegion(document.name, query, rect, document.absent, Anchor(document.anchor))

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
        return Action(document.name, rect, ActionKind(document.kind), leads_to, crop, Anchor(document.anchor))
