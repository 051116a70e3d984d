"""What never leaves: secrets, e-mail addresses, phone numbers, and what the caller marks as private.

Each is replaced by a placeholder such as <<EMAIL_1>>, the same value always by the same one. Answers get the values
back, except secrets. It rather masks too much than too little: what is masked by mistake comes back all the same.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from drover.ai.errors import AnswerUnusable

_SECRET: Final = "SECRET"  # noqa: S105  the name of a placeholder
_RANK: Final = (_SECRET, "PRIVATE", "EMAIL", "NUMBER")
"""Where two overlap, both are masked as one, by the stricter name."""
_PLACEHOLDER: Final = re.compile(rf"<<({'|'.join(_RANK)})_(\d{{1,6}})>>", re.IGNORECASE | re.ASCII)

# Every repetition is bounded, so that no text makes a search slow.
_SECRETS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]{0,20000}?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|\Z)",
        r"(?<![A-Za-z0-9])[spr]k[-_][A-Za-z0-9_-]{16,200}",
        r"(?<![A-Za-z0-9])(?:gh[pousr]_|github_pat_|glpat-|xox[abeoprs]-|AIza|hf_)[A-Za-z0-9_-]{10,200}",
        r"(?<![A-Za-z0-9])A[KS]IA[A-Z0-9]{12,20}",
        r"(?<![A-Za-z0-9])eyJ[A-Za-z0-9_-]{8,4000}(?:\.[A-Za-z0-9_-]{4,4000}){1,2}",
        r"(?i)(?<=bearer )[A-Za-z0-9._~+/-]{12,4000}=*",
        r"(?i)\b(?:pass(?:word|wort|phrase|code|wd)|pwd|api[ _-]?key)\b(?: is |\s{0,3}[:=]\s{0,3})(?P<value>\S{1,200})",
        r"(?i)\b(?:secret|token|pin|otp|2fa|cvv|cvc)\b\s{0,3}[:=]\s{0,3}(?P<value>\S{1,200})",
        r"(?<=://)[^\s/@]{1,200}(?=@)",
        r"(?<![A-Za-z0-9+])(?=[A-Za-z+]{0,200}\d)(?=[0-9+]{0,200}[A-Za-z])[A-Za-z0-9+]{32,200}",
    )
)
"""Keys of known makers, tokens, what is called a password, users in addresses, and long mixtures of both sorts."""
_EMAIL: Final = re.compile(r"[^\s@\uff20<>()\[\]\",;:]{1,64}[@\uff20][^\s@\uff20<>()\[\]\",;:]{1,190}\.[^\W\d_]{2,24}")
_NUMBER: Final = re.compile(r"(?<![\w.])\+?\(?\d(?:[\s().\-/\u2010-\u2015\u00a0]{0,3}\d){6,24}(?!\w)")
"""Phone numbers, and whatever else has as many digits, such as card numbers."""
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d|\d\d?[./]\d\d?[./]\d{4}", re.ASCII)

Span = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Masked:
    """A text that may leave, and what its placeholders stand for."""

    text: str
    values: Mapping[str, str]

    def restored(self, answer: str) -> str:
        """Return an answer with its placeholders replaced. Raises AnswerUnusable where it names a secret."""

        def value(found: re.Match[str]) -> str:
            name = found[0].upper()
            if name in self.values and found[1].upper() == _SECRET:
                raise AnswerUnusable(
                    "it quotes a secret that was masked in its prompt", hint="leave the secret out of the prompt"
                )
            return self.values.get(name, found[0])

        return _PLACEHOLDER.sub(value, answer)


def masked(text: str, private: Iterable[str] = ()) -> Masked:
    """Return the text as it may leave: in NFC, halves of surrogate pairs as `?`.

    `private` is found wherever it stands, whatever its case.
    """
    plain = unicodedata.normalize("NFC", text.encode(errors="replace").decode())
    taken = {found[0].upper() for found in _PLACEHOLDER.finditer(plain)}
    names: dict[tuple[str, str], str] = {}
    written: list[str] = []
    end = 0
    for first, last, label in _merged(sorted(_spans(plain, private))):
        value = plain[first:last]
        if (label, value) not in names:
            names[label, value] = _new_name(label, taken)
        written += [plain[end:first], names[label, value]]
        end = last
    values = {name: value for (_, value), name in names.items()}
    return Masked("".join([*written, plain[end:]]), values)


def _new_name(label: str, taken: set[str]) -> str:
    number = 1
    while f"<<{label}_{number}>>" in taken:
        number += 1
    name = f"<<{label}_{number}>>"
    taken.add(name)
    return name


def _spans(text: str, private: Iterable[str]) -> Iterator[Span]:
    for pattern in _SECRETS:
        for found in pattern.finditer(text):
            start, end = found.span("value") if "value" in pattern.groupindex else found.span()
            yield start, end, _SECRET
    for value in private:
        plain = unicodedata.normalize("NFC", value).strip()
        if plain:
            yield from _found("PRIVATE", re.compile(re.escape(plain), re.IGNORECASE), text)
    yield from _found("EMAIL", _EMAIL, text)
    yield from _found("NUMBER", _NUMBER, text, keep=_DATE.fullmatch)


def _found(
    label: str, pattern: re.Pattern[str], text: str, *, keep: Callable[[str], object] = lambda _: None
) -> Iterator[Span]:
    return ((*found.span(), label) for found in pattern.finditer(text) if not keep(found[0]))


def _merged(spans: Sequence[Span]) -> Iterator[Span]:
    """Yield the spans, sorted, with those that overlap as one."""
    current: Span | None = None
    for span in spans:
        if current is not None and span[0] < current[1]:
            label = min(current[2], span[2], key=_RANK.index)
            current = (current[0], max(current[1], span[1]), label)
            continue
        if current is not None:
            yield current
        current = span
    if current is not None:
        yield current
