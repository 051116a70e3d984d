"""From trees back to what is written: the inverse of `parsing`. Equal trees give equal sources."""

import re
from collections.abc import Sequence
from typing import Final

from drover.language.text import (
    Choice,
    Combined,
    Counter,
    CountOf,
    Filtered,
    FilterOf,
    Foreach,
    Generated,
    Literal,
    MediaFolder,
    Moment,
    Part,
    RandomChoice,
    RandomNumber,
    RandomOf,
    Reference,
    Text,
    Variable,
    text_of,
)

_TOP: Final = re.compile(r"(?<!\\)(\\*+)(\$?\{)")
_WITHIN: Final = re.compile(r"(?<!\\)(\\*+)(\$?\{|[|}])")
_ARGUMENT: Final = re.compile(r"([\\(){},])")
_LAST: Final = re.compile(r"(?<!\\)\\++\Z")


def source_of(text: Text) -> str:
    """Return the source that parses to `text`.

    It is the shortest, but that literal braces are always escaped. Literal `$` right before a choice, which cannot
    be written there, are moved into each of its options.
    """
    return _joined(text.parts, _TOP, closed=False)


def key_of(variable: Variable) -> str:
    """Return what stands between the braces of `${...}`: what the variable's value is listed under."""
    match variable:
        case Reference():
            return variable.key
        case MediaFolder():
            return f"content.media.folder({_escaped(variable.path)})"
        case Moment():
            return f"dynamic.{variable.kind}.format({_escaped(variable.pattern)})"
        case RandomNumber() | RandomChoice() | Counter():
            return f"dynamic.{_dynamic(variable)}"
        case Generated():
            count = f",{variable.count}" if variable.kind == "hashtags" else ""
            return f"ai.{variable.kind}({_prompt(variable.prompt)}{count})"
        case _:
            return _set(variable)


def _dynamic(variable: RandomNumber | RandomChoice | Counter) -> str:
    match variable:
        case RandomNumber():
            return f"random.number({variable.low}-{variable.high})"
        case RandomChoice():
            return f"random.choice({','.join(_escaped(option) for option in variable.options)})"
        case _:
            return f"counter({variable.name},{variable.start},{variable.step})"


def _set(variable: Filtered | Combined | RandomOf | CountOf | FilterOf) -> str:
    match variable:
        case Filtered():
            return f"group.filter({variable.group}, {variable.criteria})"
        case Combined():
            return f"group.{variable.operation}({variable.first},{variable.second})"
        case RandomOf():
            return f"random.{variable.entity} from {variable.selector}"
        case CountOf():
            return f"count.{variable.entity}s in {variable.selector}"
        case _:
            return f"filter.{variable.entity}s where {variable.criteria}"


def _joined(parts: Sequence[Part], escape: re.Pattern[str], *, closed: bool) -> str:
    """Return the source of parts; `closed` says that a `}`, `|` or `${end}` follows them."""
    written: list[str] = []
    for place, part in enumerate(parts):
        following = parts[place + 1] if place + 1 < len(parts) else None
        before = parts[place - 1] if place else None
        match part:
            case Literal():
                kept = part.text.rstrip("$") if isinstance(following, Choice) else part.text
                source = escape.sub(r"\1\1\\\2", kept)
                # A backslash right before a brace would take its meaning away.
                plain = closed or following is not None
                written.append(_LAST.sub(lambda found: 2 * found[0], source) if plain else source)
            case Choice():
                dollars = _dollars_of(before)
                options = [_joined(_moved(dollars, each).parts, _WITHIN, closed=True) for each in part.options]
                written.append("{" + "|".join(options) + "}")
            case Foreach():
                body = _joined(part.body.parts, _TOP, closed=True)
                written.append(f"${{foreach.entity in group:{part.group}}}{body}${{end}}")
            case _:
                written.append(f"${{{key_of(part)}}}")
    return "".join(written)


def _dollars_of(part: Part | None) -> str:
    """Return the dollars that a part ends with."""
    return part.text[len(part.text.rstrip("$")) :] if isinstance(part, Literal) else ""


def _moved(dollars: str, option: Text) -> Text:
    return text_of([Literal(dollars), *option.parts])


def _prompt(prompt: Text) -> str:
    return "".join(
        _escaped(part.text) if isinstance(part, Literal) else _joined([part], _TOP, closed=True)
        for part in prompt.parts
    )


def _escaped(argument: str) -> str:
    return _ARGUMENT.sub(r"\\\1", argument)
