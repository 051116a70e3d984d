"""`drover scope`: what selectors mean, and whom they hit."""

import json
from collections.abc import Sequence
from typing import Annotated

import typer

from drover.bootstrap.values import load_values
from drover.cli import caret, exits
from drover.cli.caret import InText, explained
from drover.cli.play import ValuesOption
from drover.kernel.errors import InvalidInput
from drover.language.parsing import parse_selector
from drover.language.selecting import Selection, hits
from drover.language.selector import AccountName, Accounts, AccountSelector, Name, Names, Owned, Selector

app = typer.Typer(help="Look at selectors of phones and accounts.")


@app.callback(invoke_without_command=True)
def scope(context: typer.Context) -> None:
    """Look at selectors of phones and accounts."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command("parse", short_help="Tell what a selector means.")
def parse(
    source: Annotated[str, typer.Argument(help="The selector, such as phone:all-phone2.", metavar="SELECTOR")],
    values: ValuesOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> int:
    """Tell what a selector means; with --values, which phones or accounts there it hits, and why others not."""
    loaded = load_values(values) if values is not None else None
    try:
        with explained(source):
            selector = parse_selector(source)
            selection = hits(selector, loaded.inventory) if loaded is not None else None
    except InText as told:
        if not as_json:
            raise
        typer.echo(_json({"ok": False, "error": caret.document(told.error)}))
        return exits.BY_KIND[InvalidInput.kind]
    if as_json:
        document = {"ok": True, "selector": str(selector), "meaning": meaning(selector)}
        typer.echo(_json(document | (_document(selection) if selection is not None else {})))
    else:
        for line in (str(selector), meaning(selector), *_lines(selection)):
            typer.echo(line)
    return exits.OK


def meaning(selector: Selector) -> str:
    """Return what a selector means in words."""
    if isinstance(selector, AccountSelector):
        on = f" on {_phones(selector.phones)}" if selector.phones is not None else ""
        return f"{_accounts(selector.accounts)}{on}"
    return _phones(selector.phones)


def _phones(phones: Names | Owned) -> str:
    if isinstance(phones, Owned):
        return f"the phones of {phones.kind} {_name(phones.name)}"
    named = _listed([_name(name) for name in phones.names])
    if phones.every:
        return f"all phones but {named}" if named else "all phones"
    return f"{'phone' if len(phones.names) == 1 else 'phones'} {named}"


def _accounts(accounts: Accounts | Owned) -> str:
    if isinstance(accounts, Owned):
        return f"the accounts of {accounts.kind} {_name(accounts.name)}"
    named = _listed([_account(name) for name in accounts.names])
    if accounts.every:
        return f"all accounts but {named}" if named else "all accounts"
    return named


def _account(account: AccountName) -> str:
    app_name = _name(account.app)
    return f"all {app_name} accounts" if account.name.pattern == "*" else f"{app_name} account {_name(account.name)}"


def _name(name: Name) -> str:
    return f"named like {name.pattern}" if "*" in name.pattern else name.pattern


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _document(selection: Selection) -> dict[str, object]:
    left_out = [{"name": each.name, "reason": each.reason} for each in selection.left_out]
    return {"chosen": list(selection.chosen), "left_out": left_out}


def _lines(selection: Selection | None) -> Sequence[str]:
    if selection is None:
        return ()
    chosen = [f"  {name}" for name in selection.chosen]
    left_out = [f"  {each.name}: {each.reason}" for each in selection.left_out]
    return [
        f"hits {len(chosen)} of {len(chosen) + len(left_out)}",
        *chosen,
        *(["left out:"] if left_out else []),
        *left_out,
    ]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
