"""MetricFlow asked by itself, so that a mistake in a metric's YAML shows without the dashboards."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb


@dataclass(frozen=True)
class SemanticLayer:
    """Every metric of a semantic manifest, over the warehouse that the connection reads."""

    engine: Any
    connection: duckdb.DuckDBPyConnection
    names: list[str]

    def sql(self, *names: str, by: tuple[str, ...] = (), where: tuple[str, ...] = ()) -> str:
        """Return the SQL of metrics by dimensions under filters."""
        from metricflow.engine.metricflow_engine import MetricFlowQueryRequest

        request = MetricFlowQueryRequest.create(metric_names=names, group_by_names=by, where_constraints=where)
        return str(self.engine.explain(request).sql_statement.sql)

    def value(self, name: str, where: str | None = None) -> float | None:
        """Return one metric's value; None stands for NULL."""
        ((found,),) = self.connection.execute(self.sql(name, where=(where,) if where else ())).fetchall()
        return None if found is None else float(found)


def semantic_layer(manifest: Path, connection: duckdb.DuckDBPyConnection) -> SemanticLayer:
    """Return the semantic layer of a manifest file; the import takes more than a second."""
    from metricflow.engine.metricflow_engine import MetricFlowEngine
    from metricflow.protocols.sql_client import SqlEngine
    from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer
    from metricflow_semantics.model.dbt_manifest_parser import parse_manifest_from_dbt_generated_manifest
    from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

    class Compiler:
        sql_engine_type = SqlEngine.DUCKDB
        sql_plan_renderer = DuckDbSqlPlanRenderer()

        def render_bind_parameter_key(self, bind_parameter_key: str) -> str:
            return f"${bind_parameter_key}"

    parsed = parse_manifest_from_dbt_generated_manifest(manifest.read_text())
    engine = MetricFlowEngine(semantic_manifest_lookup=SemanticManifestLookup(parsed), sql_client=Compiler())
    return SemanticLayer(engine, connection, [metric.name for metric in parsed.metrics])
