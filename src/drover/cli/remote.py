"""Asking a running `drover up` over its API, and showing what it answers."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Annotated, Any, Final, cast

import httpx2
import typer
from pydantic import BaseModel, ConfigDict
from rich.console import Console
from rich.table import Table

from drover.bootstrap.standing import Standing, standing_of
from drover.kernel.errors import DroverError, InvalidInput, Kind
from drover.kernel.ids import random_id
from drover.platform.documents import parse, read_text
from drover.platform.settings import Settings, load_settings
from drover.platform.web.statuses import CSRF_HEADER, MEDIA_TYPE, PREFIX, SESSION_COOKIE, STATUSES

_ADDRESS: Final = "such as http://127.0.0.1:8420"
SESSION_FILE: Final = "session.json"
_TIMEOUT_S: Final = 60.0
_ID: Final = re.compile(r"[0-9a-f]{32}")
_LETTERS: Final = 4
_NEWEST: Final = 1_000
DONE: Final[Mapping[str, object]] = {"done": True}
"""What is shown of an answer that has no body."""
_KINDS: Final[Mapping[int, Kind]] = {status: kind for kind, status in STATUSES.items()} | {500: Kind.FAILED}

Json = Any
"""What JSON can carry."""

UrlOption = Annotated[str, typer.Option("--url", help="Where `drover up` answers.", metavar="URL")]
TokenOption = Annotated[
    str, typer.Option("--token", help="The token to show; others can see it here, not in DROVER_API_TOKEN.")
]
ClientOption = Annotated[str, typer.Option("--client", help="The client, by name or id; needless with one alone.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print what the API answers, as one line.")]
LimitOption = Annotated[int, typer.Option("--limit", help="How many at most, 1 to 200.", min=1, max=200)]
AfterOption = Annotated[str, typer.Option("--after", help="`next` of the part before.")]


class NotUp(DroverError):
    """Nothing answers where `drover up` should."""

    kind = Kind.UNAVAILABLE


class NoSuchThing(DroverError):
    """There is nothing of that name or id."""

    kind = Kind.NOT_FOUND

    def __init__(self, path: str, which: str) -> None:
        word = path.rpartition("/")[2].removesuffix("s")
        super().__init__(f"there is no {word} {which}", hint=f"list the {word}s to see which there are")


class Ambiguous(InvalidInput):
    """Several things have ids that begin so."""

    def __init__(self, which: str, ids: Sequence[str]) -> None:
        super().__init__(f"{which!r} begins the ids of {len(ids)}", hint=f"give more of one: {', '.join(ids[:5])}")


class ApiRefusal(DroverError):
    """The API answered with a problem; its kind is the answer's."""

    def __init__(self, status: int, code: str, message: str, hint: str) -> None:
        super().__init__(message, hint=hint)
        self.kind = _KINDS.get(status, Kind.FAILED)
        self.code = code


class Unintelligible(DroverError):
    """What answered is no Drover."""

    kind = Kind.PROTOCOL

    def __init__(self, url: str) -> None:
        super().__init__(f"{url}: what answers there is not Drover's API", hint="check --url")


@dataclass(frozen=True, slots=True)
class Remote:
    """The API of a running Drover, at the base URL that `http` has."""

    http: httpx2.Client
    client: str

    def ask(self, method: str, path: str, *, query: Mapping[str, object] | None = None, body: object = None) -> Json:
        """Return what the API answers, JSON or None. Raises NotUp, ApiRefusal, Unintelligible."""
        headers = {"Idempotency-Key": random_id()} if method == "POST" else {}
        return _read(self._asked(method, path, params=_given(query), json=body, headers=headers))

    def _asked(self, method: str, path: str, **more: Any) -> httpx2.Response:  # noqa: ANN401  passed on to the library as they are
        try:
            answer = self.http.request(method, f"{PREFIX}{path}", **more)
        except httpx2.TimeoutException as error:
            raise NotUp(f"{self.http.base_url}: does not answer in time", hint="look at the process's log") from error
        except httpx2.HTTPError as error:
            raise NotUp(f"{self.http.base_url}: cannot be reached", hint="start it with `drover up`") from error
        if not answer.is_success:
            _read(answer)
        return answer

    def upload(self, content: bytes) -> str:
        """Have content kept for definitions of the client to name it, and return its SHA-256. Raises as `ask`."""
        digest = hashlib.sha256(content).hexdigest()
        self._asked("PUT", f"/clients/{self.client_id()}/content/{digest}", content=content)
        return digest

    def download(self, path: str, *, query: Mapping[str, object] | None = None) -> bytes:
        """Return the content of what belongs to the client at `path`. Raises as `ask`."""
        answer = self._asked("GET", f"/clients/{self.client_id()}{path}", params=_given(query))
        return answer.content

    def of_client(
        self, method: str, path: str, *, query: Mapping[str, object] | None = None, body: object = None
    ) -> Json:
        """Ask for what belongs to the client that was chosen; `path` follows the client's own. Raises as `ask`."""
        return self.ask(method, f"/clients/{self.client_id()}{path}", query=query, body=body)

    def every(self, path: str, *, query: Mapping[str, object] | None = None, of_client: bool = True) -> Iterator[Json]:
        """Yield the things in the list at `path`, page by page. Raises as `ask`."""
        after: str | None = ""
        ask = self.of_client if of_client else self.ask
        while after is not None:
            page = ask("GET", path, query={**(query or {}), "limit": 200, "after": after})
            yield from page["items"]
            after = page.get("next")

    def names(self, path: str, *, query: Mapping[str, object] | None = None, of_client: bool = True) -> dict[str, str]:
        """Return the names of the things in the list at `path` by id. Raises as `ask`."""
        return {str(one["id"]): str(one["name"]) for one in self.every(path, query=query, of_client=of_client)}

    def find(
        self, path: str, name: str, which: str, *, query: Mapping[str, object] | None = None, of_client: bool = True
    ) -> str:
        """Return the id of the thing in the list at `path` whose id or whose field `name` is `which`.

        The first letters of an id will do, four at least; of things without names, only the newest are looked at.
        Raises NoSuchThing, Ambiguous, and as `ask`.
        """
        if _ID.fullmatch(which):
            return which
        begun: list[str] = []
        things = self.every(path, query=query, of_client=of_client)
        for one in islice(things, _NEWEST) if name == "id" else things:
            if which == str(_value(one, name)):
                return str(one["id"])
            if len(which) >= _LETTERS and str(one["id"]).startswith(which):
                begun.append(str(one["id"]))
        if len(begun) > 1:
            raise Ambiguous(which, begun)
        if not begun:
            raise NoSuchThing(path, which)
        return begun[0]

    def client_id(self) -> str:
        """Return the id of the client that was named, or of the only one. Raises InvalidInput."""
        clients: list[dict[str, Any]] = self.ask("GET", "/clients", query={"limit": 200})["items"]
        chosen = [one for one in clients if not self.client or self.client in {one["id"], one["name"]}]
        if len(chosen) == 1:
            return str(chosen[0]["id"])
        names = ", ".join(sorted(str(one["name"]) for one in clients)) or "(none)"
        problem = f"--client {self.client}: there is no such client" if self.client else "--client is not given"
        raise InvalidInput(problem, hint=f"choose of {names}")


@dataclass(frozen=True, slots=True, repr=False)
class Session:
    """A login that `drover login` keeps: where, and the two secrets that requests show."""

    url: str
    secret: str
    csrf: str


class _KeptSession(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    url: str
    secret: str
    csrf: str


def begin_session(url: str, username: str, password: str) -> Session:
    """Log in. Raises NotUp, ApiRefusal, InvalidInput."""
    settings = load_settings()
    where = _where(url, settings, standing_of(settings.data_dir))
    with _opened(where, {}) as http:
        api = Remote(http, "")
        told = api.ask("POST", "/login", body={"username": username, "password": password})
        secret = http.cookies.get(SESSION_COOKIE)
    if secret is None:
        raise Unintelligible(where)
    return Session(where, secret, str(told["csrf"]))


@contextmanager
def remote(url: str = "", token: str = "", client: str = "") -> Iterator[Remote]:
    """Open the way to the API: as the options say, else the settings, else what was left in data_dir.

    There, a session of `drover login` goes before the token of the running `drover up`; neither is shown elsewhere.
    Raises NotUp, InvalidInput, BadDocument.
    """
    settings = load_settings()
    standing = standing_of(settings.data_dir)
    where = _where(url, settings, standing)
    with _opened(where, _credentials(where, token, settings, standing)) as http:
        yield Remote(http, client)


def _where(url: str, settings: Settings, standing: Standing | None) -> str:
    where = url or settings.api_url or (standing.url if standing else "")
    if not where:
        raise NotUp(f"no `drover up` runs on {settings.data_dir}", hint="start it, or give --url and a token")
    if not where.startswith(("http://", "https://")):
        raise InvalidInput(f"{where}: is no address", hint=_ADDRESS)
    return where.rstrip("/")


def _credentials(where: str, token: str, settings: Settings, standing: Standing | None) -> Mapping[str, str]:
    shown = token or settings.api_token.get_secret_value()
    if shown:
        return {"Authorization": f"Bearer {shown}"}
    session = _kept_session(settings)
    if session is not None and session.url == where:
        return {"Cookie": f"{SESSION_COOKIE}={session.secret}", CSRF_HEADER: session.csrf}
    if standing is not None and standing.url == where:
        return {"Authorization": f"Bearer {standing.token}"}
    return {}


def _kept_session(settings: Settings) -> Session | None:
    path = settings.data_dir / SESSION_FILE
    if not path.exists():
        return None
    found = parse(_KeptSession, read_text(path), str(path))
    return Session(found.url, found.secret, found.csrf)


@contextmanager
def _opened(where: str, headers: Mapping[str, str]) -> Iterator[httpx2.Client]:
    try:
        http = httpx2.Client(base_url=where, headers=dict(headers), timeout=_TIMEOUT_S, trust_env=False)
    except (httpx2.InvalidURL, UnicodeError) as error:
        raise InvalidInput(f"{where}: is no address", hint=_ADDRESS) from error
    with http:
        yield http


def show(answer: object, columns: Sequence[str], *, json_line: bool) -> None:
    """Print an answer: as one JSON line, or as a table of `columns`, which may be paths such as `timing.at`."""
    if json_line:
        typer.echo(json.dumps(answer, ensure_ascii=False))
        return
    if answer == DONE:
        typer.echo("done")
        return
    page = cast("dict[str, Any]", answer) if isinstance(answer, dict) else {}
    rows: list[Any] = page.get("items", [answer]) if isinstance(answer, dict) else cast("list[Any]", answer)
    if not rows:
        typer.echo("none", err=True)
        return
    console = Console(width=None if Console().is_terminal else 200)
    console.print(_table(rows, columns), highlight=False)
    if page.get("next"):
        typer.echo(f"more follow: --after {page['next']}", err=True)


def _table(rows: Sequence[Any], columns: Sequence[str]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column.replace("_", " ").rpartition(".")[2], overflow="fold")
    for row in rows:
        table.add_row(*(_cell(row, column) for column in columns))
    return table


def _value(row: Json, path: str) -> Json:
    """Return what is at a path such as `timing.at`; None where nothing is."""
    value: Any = row
    for name in path.split("."):
        value = cast("dict[str, Any]", value).get(name) if isinstance(value, dict) else None
    return value


def _cell(row: Json, path: str) -> str:
    value = _value(row, path)
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list() if all(isinstance(part, str) for part in cast("list[Any]", value)):
            return "; ".join(cast("list[str]", value)).replace("[", r"\[")
        case list() | dict():
            return json.dumps(value, ensure_ascii=False)
        case _:
            return str(value).replace("[", r"\[")


def _given(query: Mapping[str, object] | None) -> dict[str, str]:
    return {name: str(value) for name, value in (query or {}).items() if value not in {None, ""}}


def _read(answer: httpx2.Response) -> Json:
    try:
        told: Any = answer.json() if answer.content else None
    except ValueError as error:
        raise Unintelligible(str(answer.url)) from error
    if answer.is_success:
        return told
    if not answer.headers.get("content-type", "").startswith(MEDIA_TYPE) or not isinstance(told, dict):
        raise Unintelligible(str(answer.url))
    problem = cast("dict[str, Any]", told)
    code, hint = str(problem["code"]), str(problem["hint"])
    if code == "invalid_request":
        hint = "`--help` shows what a command takes, `drover api GET /openapi.json` what a route does"
    raise ApiRefusal(answer.status_code, code, str(problem["detail"]), hint)
