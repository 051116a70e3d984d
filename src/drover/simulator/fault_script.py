"""Faults by plan: which phones get which fault when, once or now and then, the same under the same seed."""

import heapq
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, RootModel, model_validator

from drover.kernel.clock import Clock
from drover.kernel.errors import DroverError, InvalidInput
from drover.kernel.randomness import stream
from drover.platform import documents
from drover.simulator.faults import FAULTS, MOST_SECONDS, Fault, FaultUnknown, NoSuchFault, parse_fault
from drover.simulator.page_names import refuse_unknown_page
from drover.simulator.phone import SimulatedPhone

ALL: Final = "all"
_MOST_PER_MINUTE: Final = 600.0
Seconds = Annotated[float, Field(ge=0, le=MOST_SECONDS)]


class _Entry(BaseModel):
    """One entry of a script. What has no field here are the fault and its parameters."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True)

    phones: str | list[str] = ALL
    at_s: Seconds = 0.0
    per_minute: float | None = Field(default=None, gt=0, le=_MOST_PER_MINUTE)
    until_s: Seconds | None = None
    clear: str | None = None

    @model_validator(mode="after")
    def _one_deed(self) -> Self:
        if (self.clear is None) == ("fault" not in self._fault()):
            message = "an entry either gives a `fault` or has a `clear`"
            raise ValueError(message)
        if self.clear is not None and self._fault():
            message = f"{next(iter(self._fault()))} does not go with `clear`"
            raise ValueError(message)
        if self.until_s is not None and self.per_minute is None:
            message = "until_s goes with per_minute"
            raise ValueError(message)
        return self

    def _fault(self) -> dict[str, Any]:
        return self.model_extra or {}

    def deed(self) -> "Deed":
        """Return what the entry says. Raises BadDocument, FaultUnknown."""
        if self.clear not in {None, ALL, *FAULTS}:
            raise FaultUnknown(str(self.clear))
        fault = parse_fault(json.dumps(self._fault())) if self._fault() else None
        names = (self.phones,) if isinstance(self.phones, str) else tuple(self.phones)
        return Deed(() if names == (ALL,) else names, self.at_s, fault, self.clear, self.per_minute, self.until_s)


class _Script(RootModel[list[_Entry]]):
    pass


@dataclass(frozen=True, slots=True)
class Deed:
    """A fault that is given, or cleared (`clear` is its name, or `all`), on `phones`; none named means all.

    It happens once, `at_s` seconds after the rack's start, or from then until `until_s` on each phone by itself with
    the probability `per_minute` a minute (above 1: so often on average).
    """

    phones: tuple[str, ...]
    at_s: float
    fault: Fault | None
    clear: str | None = None
    per_minute: float | None = None
    until_s: float | None = None

    def word(self) -> str:
        """Return it as `--fault` takes it."""
        fields: dict[str, Any] = {
            "at_s": self.at_s,
            "per_minute": self.per_minute,
            "until_s": self.until_s,
            "clear": self.clear,
        }
        given = self.fault.model_dump(mode="json", exclude_none=True) if self.fault else {}
        set_fields = {name: value for name, value in fields.items() if value is not None}
        return f"{'+'.join(self.phones) or ALL}:{json.dumps({**given, **set_fields})}"


@dataclass(frozen=True, slots=True)
class Moment:
    """A deed on one phone at a time, in seconds after the rack's start."""

    at_s: float
    phone: str
    deed: Deed


def parse_script(text: str, file: str) -> tuple[Deed, ...]:
    """Return the deeds of a script. Raises InvalidInput naming file, entry and reason."""
    return tuple(_deed(entry, f"{file}: [{index}]") for index, entry in enumerate(_entries(text, file)))


def parse_word(word: str) -> Deed:
    """Return the deed of `phone3:disconnect,seconds=5`, `all:NAME` or `phone1+phone2:{JSON}`. Raises InvalidInput."""
    names, separator, told = word.partition(":")
    if not (names and separator and told):
        raise InvalidInput(
            f"fault {word!r} names no phone or no fault", hint="write it as phone3:disconnect,seconds=5, or all:crash"
        )
    phones = names.split("+")
    fields = _fields(told, word)
    entry = json.dumps([{**fields, "phones": phones}])
    return _deed(_entries(entry, f"--fault {word}")[0], f"--fault {word}")


def fault_fields(told: str) -> dict[str, Any]:
    """Return the fields of a fault written as `NAME,key=value,...` or as JSON. Raises InvalidInput."""
    return _fields(told, told)


def _fields(told: str, whole: str) -> dict[str, Any]:
    if told.startswith("{"):
        fields: dict[str, Any] = documents.parse(RootModel[dict[str, Any]], told, f"fault {whole}").root
        return fields
    name, *pairs = told.split(",")
    fields = {} if name == "clear" else {"fault": name}
    for pair in pairs:
        key, separator, value = pair.partition("=")
        if not (key and separator):
            raise InvalidInput(f"fault {whole!r}: {pair!r} is no key=value", hint="write seconds=5, or give JSON")
        fields[key] = _value(value)
    return fields


def _value(text: str) -> Any:  # noqa: ANN401  whatever JSON has; the fault's own model checks it
    try:
        return json.loads(text)
    except ValueError:
        return text


def _entries(text: str, file: str) -> list[_Entry]:
    return documents.parse(_Script, text, file).root


def _deed(entry: _Entry, where: str) -> Deed:
    try:
        return entry.deed()
    except InvalidInput as error:
        raise InvalidInput(f"{where}: {error.message}", hint=error.hint) from error


def refuse_strangers(deeds: Sequence[Deed], names: Sequence[str]) -> None:
    """Raise InvalidInput where a deed is for a phone that is not in the rack."""
    for deed in deeds:
        if strangers := [name for name in deed.phones if name not in names]:
            raise InvalidInput(
                f"a fault is for {strangers[0]!r}, which is not in this rack", hint=f"it has: {', '.join(names)}"
            )


def refuse_unknown_pages(deeds: Sequence[Deed], phones: Sequence[SimulatedPhone]) -> None:
    """Raise PageUnknown where a fault waits for a page that its phone's apps do not have."""
    by_name = {phone.identity.name: phone.handset.pages() for phone in phones}
    for deed in deeds:
        for name in deed.phones or by_name:
            refuse_unknown_page(deed.fault.on_page if deed.fault is not None else None, by_name[name])


def moments(deeds: Sequence[Deed], names: Sequence[str], seed: int) -> Iterator[Moment]:
    """Yield what happens in the order of its time, without end where a deed is repeated without end."""
    timelines = [
        _timeline(deed, name, seed, index) for index, deed in enumerate(deeds) for name in deed.phones or names
    ]
    return heapq.merge(*timelines, key=lambda moment: moment.at_s)


def _timeline(deed: Deed, phone: str, seed: int, index: int) -> Iterator[Moment]:
    if deed.per_minute is None:
        yield Moment(deed.at_s, phone, deed)
        return
    rng = stream(seed, phone, "fault script", index)
    at_s = deed.at_s + rng.expovariate(deed.per_minute / 60)
    while deed.until_s is None or at_s <= deed.until_s:
        yield Moment(at_s, phone, deed)
        at_s += rng.expovariate(deed.per_minute / 60)


async def play(deeds: Sequence[Deed], phones: Sequence[SimulatedPhone], clock: Clock, seed: int) -> None:
    """Do what `deeds` say, from now on. A fault that a phone is in no state for is logged by that phone."""
    begun_s = clock.monotonic()
    by_name = {phone.identity.name: phone for phone in phones}
    for moment in moments(deeds, list(by_name), seed):
        wait_s = begun_s + moment.at_s - clock.monotonic()
        if wait_s > 0:
            await clock.sleep(wait_s)
        _do(moment.deed, by_name[moment.phone])


def _do(deed: Deed, phone: SimulatedPhone) -> None:
    try:
        if deed.fault is not None:
            phone.faults.give(deed.fault)
        elif deed.clear == ALL:
            phone.faults.clear_all()
        elif deed.clear is not None:
            phone.faults.clear(deed.clear)
    except NoSuchFault:
        return  # it is over already
    except DroverError as error:
        phone.condition.log(f"the script's fault cannot be: {error.message}")
