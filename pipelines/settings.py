"""Where things lie and what is secret: the one place that reads the environment for the pipeline."""

import secrets
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from pipelines.errors import ThroughlineError

PROJECT_DIR = Path(__file__).resolve().parent.parent
"""The checkout: the installation is editable, so that dbt's project and the dashboards are files here."""


SHORTEST_KEY, FEWEST_CHARACTERS = 32, 8
"""16 random bytes in hexadecimal are 32 characters; ``changeme`` and a row of zeros are neither."""


class WeakSecret(ThroughlineError):
    """A pseudonym key that can be guessed, or a key file that cannot be understood."""

    def __init__(self, where: str, found: str):
        super().__init__(
            f"{where}: expected a random key of at least {SHORTEST_KEY} characters (or lines such as 2:<key>, one a "
            f"version); found {found}. Make one with: python -c 'import secrets; print(secrets.token_hex(32))'."
        )


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
    extracts: Path | None = Field(
        default=None, description="Where the dashboards keep employers' extracts, unless beside each generation."
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
    def journal_dir(self) -> Path:
        return self.data_dir / "journal"

    @property
    def published_dir(self) -> Path:
        return self.data_dir / "published"

    def pseudonym_keys(self) -> dict[int, bytes]:
        """Return the secret keys of the pseudonyms by version, making their file (mode 0600) when there is none.

        The file holds a key, which is version 1, or lines ``version:key``; the greatest version is in use, earlier
        ones recognise what they made. Raises WeakSecret for a key that can be guessed.
        """
        if self.pseudonym_secret is not None:
            return {1: strong(self.pseudonym_secret.get_secret_value(), "THROUGHLINE_PSEUDONYM_SECRET")}
        if not self.key_file.exists():
            self.add_pseudonym_key(1)
        lines = [line.strip() for line in self.key_file.read_text().splitlines() if line.strip()]
        keys = dict(numbered(line, str(self.key_file)) for line in lines)
        if not keys or len(keys) < len(lines):
            raise WeakSecret(str(self.key_file), f"{len(lines)} lines for {len(keys)} versions")
        return keys

    def rotated_pseudonym_key(self) -> int:
        """Add the next version of the key to the file and return its number."""
        if self.pseudonym_secret is not None:
            raise ThroughlineError(
                "expected the pseudonym key in a file; found THROUGHLINE_PSEUDONYM_SECRET, which holds one version. "
                "Move it into the key file as the line 1:<secret>, unset the variable and rotate again."
            )
        version = max(self.pseudonym_keys()) + 1
        self.add_pseudonym_key(version)
        return version

    def add_pseudonym_key(self, version: int) -> None:
        """Add a new key to the file, whole or not at all, readable by its owner alone."""
        self.key_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        before = self.key_file.read_text().splitlines() if self.key_file.exists() else []
        lines = [line if ":" in line else f"1:{line.strip()}" for line in before if line.strip()]
        draft = self.key_file.with_name(f".{self.key_file.name}.new")
        draft.unlink(missing_ok=True)
        draft.touch(mode=0o600)
        draft.write_text("\n".join([*lines, f"{version}:{secrets.token_hex(32)}"]) + "\n")
        draft.replace(self.key_file)


def numbered(line: str, where: str) -> tuple[int, bytes]:
    """Return version and key of a line of the key file; a line without a version is version 1."""
    version, separator, key = line.rpartition(":")
    if separator and not version.isdecimal():
        raise WeakSecret(where, "a line without a whole number before its colon")
    return int(version or 1), strong(key.strip(), where)


def strong(key: str, where: str) -> bytes:
    """Return the key as bytes; raise WeakSecret where it is short or of few different characters."""
    if len(key) < SHORTEST_KEY or len(set(key)) < FEWEST_CHARACTERS:
        raise WeakSecret(where, f"one of {len(key)} characters, {len(set(key))} of them different")
    return key.encode()
