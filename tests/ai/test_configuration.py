from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import SecretStr

from drover.ai.budgets import Budget, Ledger, Prices
from drover.ai.configuration import budget_of, configured_ai, missing_settings, prices_of
from drover.ai.errors import AiNotConfigured
from drover.ai.ports import Ai, Ask
from drover.kernel.clock import FakeClock
from drover.kernel.errors import InvalidInput, Kind
from drover.platform.local_database import LocalDatabase
from drover.platform.settings import Settings, load_settings
from tests.ai.fake_server import FakeAi

ASK = Ask("caption", "Be brief.", "a sunny day", max_tokens=300, timeout_s=30.0)


@pytest.fixture(autouse=True)
def _no_settings_of_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def ai_of(settings: Settings, database: LocalDatabase, clock: FakeClock) -> Ai:
    return configured_ai(settings, Ledger(database, clock, budget_of(settings)), clock, "acme")


async def test_none_is_configured_by_default_and_says_what_to_set(database: LocalDatabase, clock: FakeClock) -> None:
    with pytest.raises(AiNotConfigured, match="ai_api, ai_model, ai_key not set") as raised:
        await ai_of(load_settings(), database, clock).complete(ASK)
    assert "set DROVER_AI_API, DROVER_AI_MODEL, DROVER_AI_KEY" in raised.value.hint
    assert raised.value.kind is Kind.UNSUPPORTED


@pytest.mark.parametrize(
    ("settings", "missing"),
    [
        (Settings(ai_api="openai", ai_model="m", ai_key=SecretStr("k")), ()),
        (Settings(ai_api="anthropic", ai_model="m", ai_url="https://ai.example"), ()),
        (Settings(ai_api="openai", ai_model="m", ai_key=SecretStr(" ")), ("ai_key",)),
        (Settings(ai_api="openai", ai_model=" ", ai_key=SecretStr("k")), ("ai_model",)),
        (Settings(ai_model="m", ai_key=SecretStr("k")), ("ai_api",)),
    ],
)
def test_only_what_is_needed_is_missing(settings: Settings, missing: tuple[str, ...]) -> None:
    assert missing_settings(settings) == missing


@pytest.mark.parametrize(("api", "path"), [("openai", "/v1/chat/completions"), ("anthropic", "/v1/messages")])
async def test_an_ai_of_the_environment_is_asked(
    server: FakeAi,
    database: LocalDatabase,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
    api: str,
    path: str,
) -> None:
    given = {"API": api, "URL": server.url, "MODEL": "fake", "KEY": " key-of-nobody\n", "NETWORKS": "127.0.0.1"}
    for name, value in given.items():
        monkeypatch.setenv(f"DROVER_AI_{name}", value)
    settings = load_settings()
    assert "key-of-nobody" not in f"{settings!r} {settings}"
    assert (await ai_of(settings, database, clock).complete(ASK)).text == "Draft 1: a sunny day"
    assert (server.seen[0].path, "key-of-nobody" in server.seen[0].text) == (path, True)


@pytest.mark.parametrize("key", ["two words", "line\nbreak", "schl\u00fcssel"])
async def test_a_key_that_cannot_be_one_is_refused_and_not_shown(
    database: LocalDatabase, clock: FakeClock, key: str
) -> None:
    settings = Settings(ai_api="openai", ai_model="m", ai_key=SecretStr(key))
    with pytest.raises(InvalidInput, match="setting ai_key: ") as raised:
        ai_of(settings, database, clock)
    assert key not in str(raised.value)


async def test_an_address_that_is_wrong_is_refused_at_once(database: LocalDatabase, clock: FakeClock) -> None:
    with pytest.raises(InvalidInput, match="setting ai_url: "):
        ai_of(Settings(ai_api="openai", ai_model="m", ai_url="http://ai.example"), database, clock)


def test_a_budget_is_what_the_settings_say() -> None:
    settings = Settings(
        ai_requests_per_day=7,
        ai_tokens_per_day=8,
        ai_money_per_day=Decimal("1.5"),
        ai_input_price=Decimal("0.15"),
        ai_output_price=Decimal("0.6"),
    )
    assert budget_of(settings) == Budget(7, 8, Decimal("1.5"))
    assert prices_of(settings) == Prices(Decimal("0.15"), Decimal("0.6"))
    assert (budget_of(Settings()).money, prices_of(Settings())) == (None, Prices())


def test_a_limit_of_money_needs_prices() -> None:
    with pytest.raises(InvalidInput, match="setting ai_money_per_day: cannot be held without prices"):
        budget_of(Settings(ai_money_per_day=Decimal(1)))


@pytest.mark.parametrize(
    "settings", [Settings(ai_input_price=Decimal(1)), Settings(ai_output_price=Decimal(0), ai_money_per_day=Decimal(1))]
)
def test_one_price_alone_is_refused(settings: Settings) -> None:
    with pytest.raises(InvalidInput, match="only one is set"):
        prices_of(settings)


@pytest.mark.parametrize(
    ("name", "value"), [("AI_API", "gpt"), ("AI_TIMEOUT_S", "0"), ("AI_MONEY_PER_DAY", "-1"), ("AI_INPUT_PRICE", "nan")]
)
def test_a_setting_that_is_wrong_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"DROVER_{name}", value)
    with pytest.raises(InvalidInput, match=f"setting {name.lower()}: "):
        load_settings()
