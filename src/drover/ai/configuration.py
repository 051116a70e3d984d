"""An Ai as the settings say; none by default."""

import ssl

from pydantic import SecretStr

from drover.ai.addresses import endpoint_of
from drover.ai.budgets import Budget, Ledger, Prices
from drover.ai.dialects import DIALECTS
from drover.ai.errors import AiNotConfigured
from drover.ai.guarded import GuardedAi
from drover.ai.ports import Ai, Ask, Completion
from drover.ai.remote import RemoteAi
from drover.ai.transport import Post, Resolve, addresses_of
from drover.kernel.clock import Clock
from drover.kernel.errors import InvalidInput
from drover.platform.settings import Settings


class NoAi:
    """The Ai of an installation that has none: every question is answered by what to set."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        self._missing = missing

    async def complete(self, ask: Ask) -> Completion:  # noqa: ARG002  nobody is there to read it
        """Raise AiNotConfigured."""
        raise AiNotConfigured(self._missing)


def configured_ai(
    settings: Settings,
    ledger: Ledger,
    clock: Clock,
    organization: str,
    *,
    resolve: Resolve = addresses_of,
    tls: ssl.SSLContext | None = None,
) -> Ai:
    """Return the organization's Ai, guarded; a NoAi where settings are missing. Raises InvalidInput for wrong ones."""
    missing = missing_settings(settings)
    if missing:
        return NoAi(missing)
    dialect = DIALECTS[settings.ai_api]
    post = Post(endpoint_of(settings.ai_url or dialect.url, settings.ai_networks), resolve=resolve, tls=tls)
    remote = RemoteAi(dialect, settings.ai_model, _key(settings.ai_key), post, clock)
    return GuardedAi(remote, ledger, prices_of(settings), organization)


def missing_settings(settings: Settings) -> tuple[str, ...]:
    """Return which settings an AI still needs. A server of one's own, named by ai_url, may do without a key."""
    needed = {
        "ai_api": bool(settings.ai_api),
        "ai_model": bool(settings.ai_model.strip()),
        "ai_key": bool(settings.ai_url or settings.ai_key.get_secret_value().strip()),
    }
    return tuple(name for name, is_set in needed.items() if not is_set)


def budget_of(settings: Settings) -> Budget:
    """Return what may be spent in a day. Raises InvalidInput for a limit of money without prices."""
    if settings.ai_money_per_day is not None and settings.ai_input_price is None and settings.ai_output_price is None:
        raise InvalidInput(
            "setting ai_money_per_day: cannot be held without prices",
            hint="set ai_input_price and ai_output_price, for a million tokens each",
        )
    return Budget(settings.ai_requests_per_day, settings.ai_tokens_per_day, settings.ai_money_per_day)


def prices_of(settings: Settings) -> Prices:
    """Return the prices; without one, tokens cost nothing. Raises InvalidInput where one of the two is missing."""
    prices = (settings.ai_input_price, settings.ai_output_price)
    if None in prices and prices != (None, None):
        raise InvalidInput(
            "settings ai_input_price and ai_output_price: only one is set", hint="set both, for a million tokens each"
        )
    return Prices(*(price for price in prices if price is not None))


def _key(key: SecretStr) -> SecretStr:
    """Return the key without white space around it. Raises InvalidInput for what cannot stand in a header."""
    plain = key.get_secret_value().strip()
    if not plain.isascii() or not all(sign.isprintable() and sign != " " for sign in plain):
        raise InvalidInput("setting ai_key: has characters that no key has", hint="copy the key again")
    return SecretStr(plain)
