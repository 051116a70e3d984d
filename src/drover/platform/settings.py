"""Settings: read once, from a file and the environment, and passed to whatever needs them."""

import os
import tomllib
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from drover.kernel.errors import InvalidInput
from drover.platform.documents import json_path

SETTINGS_FILE = "drover.toml"
DEBUG_VARIABLE = "DROVER_DEBUG"
_PREFIX = "DROVER_"


def _data_dir() -> Path:
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "drover"


class Settings(BaseSettings):
    """All settings. Each is also an environment variable: DROVER_DATA_DIR, DROVER_TASK_RETRIES, ..."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, extra="forbid", frozen=True)

    data_dir: Path = Field(default_factory=_data_dir, description="Where the journal and the evidence are kept.")
    unknown_dir: Path | None = Field(
        default=None, description="The queue of unknown screens; without it, the folder `unknown` in data_dir."
    )
    database: SecretStr = Field(
        default=SecretStr(""), description="Address of `drover up`'s database; empty: a file in data_dir."
    )
    database_owner: SecretStr = Field(
        default=SecretStr(""), description="PostgreSQL: the address as the owner of the tables, for upgrades."
    )
    api_url: str = Field(default="", description="Where a running `drover up` answers; empty: as data_dir tells.")
    api_token: SecretStr = Field(default=SecretStr(""), description="The token that commands show it.")
    trusted_proxies: str = Field(
        default="",
        description="Networks of proxies that are believed where requests come from: 127.0.0.1, 10.0.5.0/24.",
    )
    adb_server: str = Field(default="", description="HOST:PORT of your adb server; empty: adb's own default.")
    adb_commands: int = Field(default=16, ge=1, le=256, description="How many adb commands may run at once.")
    u2_jar: str = Field(
        default="",
        description="The jar of uiautomator2, a faster way to phones; empty: the installed package's; `none`: without.",
    )
    acting: int = Field(default=16, ge=1, le=256, description="How many phones of a play may act at once.")
    usb_power_command: str = Field(
        default="",
        description="Switches a USB port off and on; {port} 1-4.2, {hub} 1-4, {number} 2 and {serial} are filled in.",
    )
    task_retries: int = Field(default=2, ge=0, le=5, description="More tries of a task that failed, at once.")
    task_retry_pause_s: float = Field(default=2.0, ge=0, le=60, description="Pause before each such try.")
    connection_retries: int = Field(default=2, ge=0, le=5, description="Then more tries with the phone connected anew.")
    connection_retry_pause_s: float = Field(default=10.0, ge=0, le=300, description="Longest wait for it before each.")
    away_s: float = Field(default=600.0, ge=0, le=86_400, description="How long a play waits for a phone that is gone.")
    evidence_days: int = Field(
        default=30, ge=1, le=3650, description="How long pictures and records of runs that are over are kept."
    )
    ai_api: Literal["", "openai", "anthropic"] = Field(
        default="", description="Which protocol the AI that drafts texts speaks; empty: there is none."
    )
    ai_url: str = Field(default="", description="Its base address, such as https://host/v1; empty: the maker's own.")
    ai_model: str = Field(default="", description="Which of its models is asked.")
    ai_key: SecretStr = Field(default=SecretStr(""), description="Its key; best given in the environment.")
    ai_networks: str = Field(
        default="", description="Networks beside the public internet that ai_url may lead to: 127.0.0.1, 10.0.5.0/24."
    )
    ai_timeout_s: float = Field(default=60.0, gt=0, le=600, description="How long an answer of the AI may take.")
    ai_requests_per_day: int = Field(default=500, ge=0, description="How often the AI may be asked in a day (UTC).")
    ai_tokens_per_day: int = Field(default=500_000, ge=0, description="How many tokens a day may come to.")
    ai_money_per_day: Decimal | None = Field(default=None, ge=0, description="How much money a day may come to.")
    ai_input_price: Decimal | None = Field(default=None, ge=0, description="What a million tokens of prompts cost.")
    ai_output_price: Decimal | None = Field(default=None, ge=0, description="What a million tokens of answers cost.")

    @property
    def unknown_folder(self) -> Path:
        """The folder of the queue of unknown screens."""
        return self.unknown_dir if self.unknown_dir is not None else self.data_dir / "unknown"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  the base class names it
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  the base class names it
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return the sources, strongest first: the environment beats the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, Path(SETTINGS_FILE))


def load_settings() -> Settings:
    """Return the settings. Raises InvalidInput naming the setting that is wrong, or that is none."""
    _refuse_unknown()
    try:
        return Settings()
    except ValidationError as error:
        lines = [f"setting {json_path(detail['loc'])}: {detail['msg'].lower()}" for detail in error.errors()]
        raise InvalidInput("\n".join(lines), hint=f"mend {SETTINGS_FILE} or the DROVER_ variable") from error
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"{SETTINGS_FILE}: is not TOML: {error}", hint="mend the syntax") from error


def _refuse_unknown() -> None:
    """Refuse variables that look like settings and are none: a misspelt one would be silently without effect."""
    known = {f"{_PREFIX}{name}".upper() for name in Settings.model_fields} | {DEBUG_VARIABLE}
    unknown = sorted(name for name in os.environ if name.startswith(_PREFIX) and name not in known)
    if unknown:
        close = get_close_matches(unknown[0], known, n=1)
        hint = f"did you mean {close[0]}?" if close else f"known: {', '.join(sorted(known))}"
        raise InvalidInput(f"{unknown[0]} is no setting", hint=hint)
