"""Shell text to values: words with quotes and variables, pipes, `&&`, `||`, `;`, and redirections.

It is the part of mksh, Android's shell, that is met over adb. What it leaves out (compound commands, globs, command
substitution) is refused as a syntax error, never misread.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from drover.kernel.errors import InvalidInput

_OPERATORS: Final = ("&&", "||", ">>", ">&", "<", ">", "|", "&", ";", "\n")
_REDIRECTIONS: Final = frozenset({">", ">>", ">&", "<"})
_ENDS: Final = frozenset({";", "&", "\n"})
_REFUSED: Final = frozenset("()`")
_VARIABLE: Final = re.compile(r"\$(?:(\?)|([A-Za-z_]\w*)|\{(\?|[A-Za-z_]\w*)\})", re.ASCII)
_ASSIGNMENT: Final = re.compile(r"([A-Za-z_]\w*)=(.*)", re.ASCII | re.DOTALL)


class ShellSyntax(InvalidInput):
    """The text is no command that this shell understands."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A part of a word whose text is known when it runs."""

    name: str


@dataclass(frozen=True, slots=True)
class Word:
    """One word: text and variables joined."""

    parts: tuple[str | Variable, ...]

    def expand(self, variables: Mapping[str, str]) -> str:
        """Return the word's text; an unknown variable is empty."""
        return "".join(part if isinstance(part, str) else variables.get(part.name, "") for part in self.parts)


@dataclass(frozen=True, slots=True)
class Redirection:
    """`>`, `>>`, `<` or `>&` of a file descriptor."""

    descriptor: int
    operator: str
    target: Word


@dataclass(frozen=True, slots=True)
class Command:
    """A command's words and redirections."""

    words: tuple[Word, ...]
    redirections: tuple[Redirection, ...] = ()


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Commands whose output is the next one's input.

    `condition` is how it depends on the pipeline before: `&&`, `||` or `;`.
    """

    condition: str
    commands: tuple[Command, ...]


@dataclass(frozen=True, slots=True)
class _Operator:
    text: str
    descriptor: int | None = None


def parse(text: str) -> tuple[Pipeline, ...]:
    """Return the pipelines of `text` in order. Raises ShellSyntax."""
    builder = _Builder()
    for token in _Lexer(text).tokens():
        builder.add(token)
    return builder.finish()


def assignment(word: Word) -> tuple[str, Word] | None:
    """Return name and value of `NAME=value`, or None for another word."""
    first = word.parts[0] if word.parts else ""
    match = _ASSIGNMENT.fullmatch(first) if isinstance(first, str) else None
    return (match[1], Word((match[2], *word.parts[1:]))) if match else None


@dataclass
class _Lexer:
    text: str
    at: int = 0
    parts: list[str | Variable] = field(default_factory=list[str | Variable])
    in_word: bool = False

    def tokens(self) -> "list[Word | _Operator]":
        """Return words and operators."""
        found: list[Word | _Operator] = []
        while self.at < len(self.text):
            character = self.text[self.at]
            operator = next((item for item in _OPERATORS if self.text.startswith(item, self.at)), None)
            if operator is not None:
                descriptor = self._descriptor_before(operator)
                self._end_word(found)
                found.append(_Operator(operator, descriptor))
                self.at += len(operator)
            elif character in " \t\r":
                self._end_word(found)
                self.at += 1
            elif character == "#" and not self.in_word:
                self.at = self._index_of("\n", len(self.text))
            else:
                self.in_word = True
                self._take_piece(character)
        self._end_word(found)
        return found

    def _descriptor_before(self, operator: str) -> int | None:
        """Take the 2 of `2>`: a word of one digit right before a redirection."""
        if operator in _REDIRECTIONS and self.parts in (["0"], ["1"], ["2"]):
            digit = str(self.parts[0])
            if self.text[self.at - 1] == digit:
                self.parts, self.in_word = [], False
                return int(digit)
        return None

    def _end_word(self, found: "list[Word | _Operator]") -> None:
        if self.in_word:
            found.append(Word(tuple(self.parts)))
        self.parts, self.in_word = [], False

    def _take_piece(self, character: str) -> None:
        if character == "'":
            end = self._index_of("'", None)
            self._add(self.text[self.at + 1 : end])
            self.at = end + 1
        elif character == '"':
            self._take_double_quoted()
        elif character == "\\":
            if self.text[self.at + 1 : self.at + 2] != "\n":
                self._add(self.text[self.at + 1 : self.at + 2])
            self.at += 2
        elif character == "$":
            self._take_variable()
        elif character in _REFUSED:
            raise ShellSyntax(f"syntax error: '{character}' unexpected")
        else:
            self._add(character)
            self.at += 1

    def _take_double_quoted(self) -> None:
        self._add("")
        self.at += 1
        while self.at < len(self.text):
            character = self.text[self.at]
            if character == '"':
                self.at += 1
                return
            if character == "\\" and self.text[self.at + 1 : self.at + 2] in {'"', "\\", "$", "`"}:
                self._add(self.text[self.at + 1])
                self.at += 2
            elif character == "$":
                self._take_variable()
            elif character == "`":
                raise ShellSyntax("syntax error: '`' unexpected")
            else:
                self._add(character)
                self.at += 1
        raise ShellSyntax('no closing quote: "')

    def _take_variable(self) -> None:
        match = _VARIABLE.match(self.text, self.at)
        if match:
            self.parts.append(Variable(match[1] or match[2] or match[3]))
            self.at = match.end()
            return
        if self.text[self.at + 1 : self.at + 2] in {"(", "{"}:
            raise ShellSyntax(f"syntax error: '{self.text[self.at : self.at + 2]}' unexpected")
        self._add("$")
        self.at += 1

    def _add(self, text: str) -> None:
        if self.parts and isinstance(self.parts[-1], str):
            self.parts[-1] += text
        else:
            self.parts.append(text)

    def _index_of(self, character: str, default: int | None) -> int:
        found = self.text.find(character, self.at + 1)
        if found >= 0:
            return found
        if default is None:
            raise ShellSyntax(f"no closing quote: {character}")
        return default


@dataclass
class _Builder:
    """Tokens to pipelines."""

    pipelines: list[Pipeline] = field(default_factory=list[Pipeline])
    condition: str = ";"
    commands: list[Command] = field(default_factory=list[Command])
    words: list[Word] = field(default_factory=list[Word])
    redirections: list[Redirection] = field(default_factory=list[Redirection])
    pending: _Operator | None = None

    def add(self, token: Word | _Operator) -> None:
        """Take the next token."""
        if isinstance(token, Word):
            if self.pending is None:
                self.words.append(token)
            else:
                self._redirect(self.pending, token)
        elif self.pending is not None:
            raise _unexpected(token)
        elif token.text in _REDIRECTIONS:
            self.pending = token
        else:
            self._join(token)

    def finish(self) -> tuple[Pipeline, ...]:
        """Return what was built; the text must not end in the middle."""
        if self.pending is not None or (self._command_is_empty() and (self.commands or self.condition in {"&&", "||"})):
            raise ShellSyntax("syntax error: unexpected end of the command")
        if not self._command_is_empty():
            self._end_pipeline(";")
        return tuple(self.pipelines)

    def _join(self, operator: _Operator) -> None:
        if self._command_is_empty():
            if operator.text == "\n" or (operator.text == ";" and self._just_ended()):
                return
            raise _unexpected(operator)
        if operator.text == "|":
            self._end_command()
        else:
            self._end_pipeline(";" if operator.text in _ENDS else operator.text)

    def _just_ended(self) -> bool:
        return bool(self.pipelines) and not self.commands and self.condition == ";"

    def _redirect(self, operator: _Operator, target: Word) -> None:
        default = 0 if operator.text == "<" else 1
        descriptor = default if operator.descriptor is None else operator.descriptor
        self.redirections.append(Redirection(descriptor, operator.text, target))
        self.pending = None

    def _command_is_empty(self) -> bool:
        return not self.words and not self.redirections

    def _end_command(self) -> None:
        self.commands.append(Command(tuple(self.words), tuple(self.redirections)))
        self.words, self.redirections = [], []

    def _end_pipeline(self, next_condition: str) -> None:
        self._end_command()
        self.pipelines.append(Pipeline(self.condition, tuple(self.commands)))
        self.commands, self.condition = [], next_condition


def _unexpected(operator: _Operator) -> ShellSyntax:
    shown = "newline" if operator.text == "\n" else operator.text
    return ShellSyntax(f"syntax error: '{shown}' unexpected")
