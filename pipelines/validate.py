"""Great Expectations at both borders, run inside DuckDB: counts and keys come back, never rows.

``validate`` looks at the raw tables as they stand at as_of; ``audit`` looks at a new file before it becomes current.
Both open their file read-only, write Data Docs, and record their verdict in the warehouse: the caller must hold no
connection to it meanwhile.
"""

import json
import logging
import shutil
import warnings
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import duckdb
import duckdb_engine
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy

from pipelines import builds, current
from pipelines.contract import ENTITIES
from pipelines.errors import ThroughlineError
from pipelines.faults import advice, first_line
from pipelines.journal import reached
from pipelines.settings import Settings
from pipelines.warehouse import open_warehouse, prepare

with warnings.catch_warnings():  # Great Expectations 1.24 imports deprecated modules.
    warnings.simplefilter("ignore")
    import great_expectations as gx
    from great_expectations.data_context.types.base import DataContextConfig, InMemoryStoreBackendDefaults

    from expectations import border_in, border_out
    from expectations.border_in import contract as contract_rules
    from expectations.border_out import conventions
    from expectations.rows import EXAMPLES, key_text

logger = logging.getLogger(__name__)

Border = Literal["in", "out"]

COUNTS_ONLY = {"result_format": "BASIC", "partial_unexpected_count": 0}
"""Counts without values: BOOLEAN_ONLY is twice as fast and says too little, SUMMARY shows what people typed."""


@dataclass(frozen=True)
class ValidationResult:
    """One expectation's verdict; a column of ``ops.validation_results`` each, in its order after the border."""

    entity: str
    rule: str
    column_name: str | None
    severity: Literal["critical", "warning"]
    is_success: bool
    checked_count: int | None
    unexpected_count: int | None
    unexpected_share: float | None
    example_keys: str | None
    description: str

    @property
    def name(self) -> str:
        """What ``throughline failures`` calls it."""
        where = f"{self.entity}.{self.column_name}" if self.column_name else self.entity
        return f"{where}: {self.rule}"

    @property
    def sentence(self) -> str:
        """Say what failed, how often, and which rows to look at."""
        count = (
            f"{self.unexpected_count:,} of {self.checked_count:,}" if self.unexpected_count is not None else "unknown"
        )
        share = f" ({self.unexpected_share:.2%})" if self.unexpected_share is not None else ""
        shown = f"; for example {', '.join(json.loads(self.example_keys))}" if self.example_keys else ""
        return f"{self.name}: {count}{share}. Expected: {self.description}{shown}"


@dataclass(frozen=True)
class ValidationReport:
    """All verdicts of one border for one batch; ``docs`` is the page to open."""

    border: Border
    batch_id: str
    checked_at: datetime
    docs: Path
    results: tuple[ValidationResult, ...]

    @property
    def critical_failures(self) -> tuple[ValidationResult, ...]:
        return tuple(each for each in self.results if not each.is_success and each.severity == "critical")

    @property
    def warnings(self) -> tuple[ValidationResult, ...]:
        return tuple(each for each in self.results if not each.is_success and each.severity == "warning")

    def rows(self) -> list[tuple[Any, ...]]:
        """Return the rows of ``ops.validation_results``."""
        return [(self.batch_id, self.checked_at, self.border, *astuple(each)) for each in self.results]


def validate(settings: Settings, batch_id: str) -> ValidationReport:
    """Check the raw tables as they stand after the batch, and record the verdict; raise when nothing was loaded."""
    connection = current.open_raw(settings.warehouse_path, memory_limit=settings.memory_limit, threads=settings.threads)
    with examiner(connection, settings.warehouse_dir / "data_docs" / "border_in") as examine:
        schemas = examine("columns", [contract_rules.schema(entity) for entity in ENTITIES.values()], ("column_name",))
        broken = {each.entity for each in schemas if not each.is_success}
        present = [
            entity for entity in ENTITIES.values() if entity.name not in broken and current.has_rows(connection, entity)
        ]
        for entity in ENTITIES.values():
            if entity.name not in broken:
                current.lay_out(connection, entity)
        results = [*schemas]
        for entity in present:
            results += examine(entity.name, border_in.expectations(entity), contract_rules.shown_key(entity))
        docs = examine.write_docs()
    reached("validate.checked", results=len(results))
    return recorded(settings, ValidationReport("in", batch_id, now(), docs, tuple(results)))


def audit(settings: Settings, published_file: Path) -> ValidationReport:
    """Check the marts of a new published file, and record the verdict with the warehouse's last batch."""
    connection = current.open_published(published_file, settings.warehouse_dir / "spill")
    with examiner(connection, settings.warehouse_dir / "data_docs" / "border_out") as examine:
        marts = [border_out.Mart(name, columns) for name, columns in current.marts(connection).items()]
        entries = [each for mart in marts for each in conventions.catalogue(mart.name)]
        results = examine("columns", entries, ("column_name",))
        for mart in marts:
            results += examine(mart.name, border_out.expectations(mart), ())
        docs = examine.write_docs()
    return recorded(settings, ValidationReport("out", last_batch(settings), now(), docs, tuple(results)))


def last_batch(settings: Settings) -> str:
    """Return the batch that the file was made from; raise when nothing was ever loaded."""
    with open_warehouse(settings.warehouse_path, read_only=True) as connection:
        batch = builds.last_batch(connection)
    if batch is None:
        raise current.NothingToValidate(settings.warehouse_path)
    return batch


def now() -> datetime:
    """Return the time of checking in UTC, as the warehouse keeps it: without a zone."""
    return datetime.now(UTC).replace(tzinfo=None)


def recorded(settings: Settings, report: ValidationReport) -> ValidationReport:
    """Put the report's rows into the warehouse, in place of an earlier verdict on the same batch and border."""
    with open_warehouse(settings.warehouse_path) as connection:
        prepare(connection)
        connection.begin()
        connection.execute(
            "delete from ops.validation_results where batch_id = ? and border = ?", [report.batch_id, report.border]
        )
        if report.results:
            connection.executemany(f"insert into ops.validation_results values ({', '.join('?' * 13)})", report.rows())
        connection.commit()
    return report


class NotExamined(ThroughlineError):
    """Great Expectations itself failed: nothing is known of the data, so nothing may be published."""

    def __init__(self, docs: Path, error: Exception):
        super().__init__(
            f"expected verdicts of Great Expectations for {docs.name}; found that it failed: {type(error).__name__}: "
            f"{first_line(error)}. Nothing was published. {advice(str(error))}",
            next_command="throughline run",
        )


class Examiner:
    """A Great Expectations context whose one data source is an open DuckDB connection."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, docs: Path):
        self.connection = connection
        self.docs = docs
        self.context = gx.get_context(mode="ephemeral", project_config=configuration(docs))
        self.source = self.context.data_sources.add_or_update_sql(
            name="analytics",
            connection_string="duckdb:///:memory:",
            create_temp_table=False,
            kwargs={"creator": self.handle},
        )

    def handle(self) -> Any:
        """Return one more handle of the same database, at home in the schema of the views."""
        cursor = self.connection.cursor()
        cursor.execute('use memory."current"')
        return duckdb_engine.ConnectionWrapper(cursor)

    def __call__(self, table: str, expectations: Sequence[Any], key: Sequence[str]) -> list[ValidationResult]:
        """Check one table of ``current``; return a verdict per expectation, with examples where ``key`` is given."""
        asset = self.source.add_table_asset(table, table_name=table)
        suite = self.context.suites.add(gx.ExpectationSuite(table, expectations=list(expectations)))
        definition = gx.ValidationDefinition(
            name=table, data=asset.add_batch_definition_whole_table("all"), suite=suite
        )
        outcome = self.context.validation_definitions.add(definition).run(result_format=COUNTS_ONLY)
        return [self.verdict(table, result, key) for result in outcome.results]

    def verdict(self, table: str, result: Any, key: Sequence[str]) -> ValidationResult:
        """Read one result of Great Expectations; an expectation that could not be checked has failed."""
        config, counts = result.expectation_config, result.result
        rule, description = config.meta["rule"], config.description
        if not result.success and not counts:
            logger.error("%s: %s could not be checked: %s", table, rule, reasons(result.exception_info))
            description = f"{description} It could not be checked: see the log."
        checked, unexpected = counts.get("element_count"), counts.get("unexpected_count")
        examples = (counts.get("details") or {}).get("example_keys")
        if unexpected and "unexpected" in config.meta:
            examples = self.examples(table, config.meta["unexpected"], key)
        return ValidationResult(
            entity=config.meta.get("entity", table),
            rule=rule,
            column_name=config.meta["column"],
            severity=config.severity.value,
            is_success=bool(result.success),
            checked_count=checked,
            unexpected_count=unexpected,
            unexpected_share=unexpected / checked if checked else None,
            example_keys=examples,
            description=description,
        )

    def examples(self, table: str, unexpected: str, key: Sequence[str]) -> str | None:
        """Return the first keys of the rows that fail, as JSON; None where the key may not be shown."""
        if not key:
            return None
        rows = self.connection.sql(
            f'select {key_text(key)} from "current".{table} as each where {unexpected} order by 1 limit {EXAMPLES}'
        ).fetchall()
        return json.dumps([value for (value,) in rows])

    def write_docs(self) -> Path:
        """Write the Data Docs of what was examined, in place of the last ones; return their first page."""
        shutil.rmtree(self.docs, ignore_errors=True)
        self.context.build_data_docs()
        return self.docs / "index.html"


@contextmanager
def examiner(connection: duckdb.DuckDBPyConnection, docs: Path) -> Iterator[Examiner]:
    """Yield an examiner of the connection, which is closed after it."""
    event.listen(Engine, "after_cursor_execute", buffer_rows)
    try:
        found = Examiner(connection, docs)
        yield found
        found.source.get_execution_engine().engine.dispose()
        found.source.get_engine().dispose()
    except (ThroughlineError, OSError, duckdb.Error):
        raise
    except Exception as error:
        raise NotExamined(docs, error) from error
    finally:
        event.remove(Engine, "after_cursor_execute", buffer_rows)
        connection.close()


def buffer_rows(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool) -> None:
    """Fetch at once: Great Expectations closes the connection before it reads, and DuckDB's rows are gone by then."""
    if context is not None and cursor.description:
        context.cursor_fetch_strategy = FullyBufferedCursorFetchStrategy(cursor, None, deque(cursor.fetchall()))


def configuration(docs: Path) -> DataContextConfig:
    """Return a configuration that keeps everything in memory but the Data Docs, and tells nobody."""
    return DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(),
        analytics_enabled=False,
        progress_bars={"globally": False},
        data_docs_sites={
            "site": {
                "class_name": "SiteBuilder",
                "show_how_to_buttons": False,
                "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(docs)},
                "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
            }
        },
    )


def reasons(exceptions: Any) -> list[str]:
    """Return the messages of what went wrong inside an expectation."""
    nested = [exceptions] if "exception_message" in exceptions else list(exceptions.values())
    return [str(each.get("exception_message")) for each in nested if isinstance(each, dict)]
