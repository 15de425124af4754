"""Where things lie and what is secret: the one place that reads the environment for the pipeline."""

import secrets
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT_DIR = Path(__file__).resolve().parent.parent
"""The checkout: the installation is editable, so that dbt's project and the dashboards are files here."""


class Settings(BaseSettings):
    """Settings from ``THROUGHLINE_*`` variables and ``.env``; every path has a default below the checkout."""

    model_config = SettingsConfigDict(env_prefix="THROUGHLINE_", env_file=".env", extra="ignore")

    data: Path = Field(
        default=PROJECT_DIR / "data", description="The folder that holds landing, warehouse and published."
    )
    key_file: Path = Field(
        default=PROJECT_DIR / ".secrets" / "pseudonym.key",
        description="Made on first use, readable by its owner alone, outside the data.",
    )
    pseudonym_secret: SecretStr | None = Field(
        default=None, description="The pseudonym key; takes precedence over key_file."
    )
    memory_limit: str = "8GB"
    threads: int | None = None

    @property
    def data_dir(self) -> Path:
        return self.data.resolve()

    @property
    def landing_dir(self) -> Path:
        return self.data_dir / "landing"

    @property
    def truth_dir(self) -> Path:
        return self.data_dir / "truth"

    @property
    def warehouse_dir(self) -> Path:
        return self.data_dir / "warehouse"

    @property
    def warehouse_path(self) -> Path:
        return self.warehouse_dir / "analytics.duckdb"

    @property
    def published_dir(self) -> Path:
        return self.data_dir / "published"

    def pseudonym_key(self) -> bytes:
        """Return the secret key of the pseudonyms, making its file (mode 0600) when there is none."""
        if self.pseudonym_secret is not None:
            return self.pseudonym_secret.get_secret_value().encode()
        if not self.key_file.exists():
            self.key_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.key_file.touch(mode=0o600)
            self.key_file.write_text(secrets.token_hex(32))
        return self.key_file.read_text().strip().encode()
