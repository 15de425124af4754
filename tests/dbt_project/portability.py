"""The rules that keep compiled SQL portable to Spark, each a function from SQL to what breaks it, in words.

Names of functions are read as they are written, since a parser renames them; all else is read from the syntax tree.
"""

from collections.abc import Callable, Iterator

import sqlglot
from sqlglot import exp
from sqlglot.tokens import Token, TokenType

SPARK_FUNCTIONS = {
    "abs", "avg", "cast", "ceil", "coalesce", "concat", "count", "date_trunc", "dense_rank", "exp", "extract",
    "first_value", "floor", "greatest", "lag", "lead", "least", "ln", "lower", "max", "min", "nullif", "percentile",
    "power", "rank", "round", "row_number", "sqrt", "substring", "sum", "trim", "upper",
}  # fmt: skip
"""What models may call: each is a built-in function of Spark SQL (spark.apache.org/docs/latest/api/sql) that does the
same there. `concat` alone differs: Spark gives NULL where any part is, so its parts must not be NULL."""

DISPATCHED = {
    "date_diff": "dbt.datediff",
    "date_add": "dbt.dateadd",
    "generate_series": "dbt.date_spine",
    "regexp_replace": "without_contacts",
}
"""What dispatched macros write on DuckDB, and nobody else may: on Spark the same macros write Spark's SQL."""

CALLED_LIKE = {
    "and", "as", "between", "by", "case", "decimal", "distinct", "else", "exists", "from", "having", "in", "inner",
    "interval", "join", "not", "on", "or", "over", "select", "then", "union", "using", "values", "when", "where",
}  # fmt: skip
"""Words that stand before a bracket and call nothing."""

TYPES = {"TEXT", "BIGINT", "INT", "DOUBLE", "DATE", "TIMESTAMPTZ", "BOOLEAN", "DECIMAL"}
"""What models may cast to, by sqlglot's names; TEXT is Spark's `string`, TIMESTAMPTZ its `timestamp`."""

FORBIDDEN: dict[type[exp.Expression], str] = {
    exp.Qualify: "qualify",
    exp.Filter: "filter (where ...)",
    exp.Array: "a list",
    exp.List: "a list",
    exp.Struct: "a struct",
    exp.Bracket: "a subscript",
    exp.Lambda: "a lambda",
    exp.ILike: "ilike",
}

Rule = Callable[[str], Iterator[str]]


def syntax(sql: str) -> exp.Expression:
    """Return the syntax tree as Spark reads it; raise ParseError where it cannot."""
    return sqlglot.parse_one(sql, dialect="spark", error_level=sqlglot.ErrorLevel.RAISE)


def forbidden_clauses(sql: str) -> Iterator[str]:
    """Find clauses that DuckDB alone understands, or that hide what they mean."""
    tree = syntax(sql)
    for kind, word in FORBIDDEN.items():
        yield from (f"{word}: {found.sql()[:60]}" for found in tree.find_all(kind))
    for star in tree.find_all(exp.Star):
        yield from (f"star {word}" for word in ("except_", "except", "replace", "rename") if star.args.get(word))
    yield from ("group by all" for group in tree.find_all(exp.Group) if group.args.get("all"))
    yield from ("distinct on" for distinct in tree.find_all(exp.Distinct) if distinct.args.get("on"))


def types_of_casts(sql: str) -> Iterator[str]:
    """Find casts to types that Spark lacks, and decimals that leave their precision to the engine."""
    for cast in syntax(sql).find_all(exp.Cast):
        kind = cast.to
        if kind.this.name not in TYPES or (kind.this.name == "DECIMAL" and not kind.expressions):
            yield f"cast to {kind.sql()}"
    tokens = sqlglot.tokenize(sql, dialect="spark")
    yield from ("cast to varchar, which is string" for token in tokens if token.token_type == TokenType.VARCHAR)


def unknown_functions(sql: str) -> Iterator[str]:
    """Find functions that are not known to do the same in Spark."""
    for name, inside in calls(sql):
        if name not in SPARK_FUNCTIONS and name not in DISPATCHED and name not in CALLED_LIKE:
            yield f"function {name}{f' in {inside[-1]}' if inside else ''}"


def casts_by_colon(sql: str) -> Iterator[str]:
    """Find `::`, but for those that dbt's own macros write."""
    stack: list[str] = []
    before: Token | None = None
    for token in sqlglot.tokenize(sql, dialect="duckdb"):
        if token.token_type == TokenType.L_PAREN:
            stack.append(before.text.lower() if before else "")
        elif token.token_type == TokenType.R_PAREN and stack:
            stack.pop()
        elif token.token_type == TokenType.DCOLON and not set(stack) & set(DISPATCHED):
            yield f"`::` after {before.text if before else 'nothing'}"
        before = token


def calls(sql: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each word before a bracket, in lower case, and the words before the brackets around it."""
    stack: list[str] = []
    before: Token | None = None
    for token in sqlglot.tokenize(sql, dialect="spark"):
        if token.token_type == TokenType.L_PAREN:
            word = before.text.lower() if before and before.text[:1].isalpha() else ""
            if word:
                yield word, tuple(each for each in stack if each)
            stack.append(word)
        elif token.token_type == TokenType.R_PAREN and stack:
            stack.pop()
        before = token


def orders_that_differ(sql: str) -> Iterator[str]:
    """Name what is ordered by where the engines put NULL at different ends, and the SQL does not say where.

    DuckDB puts NULL last unless told, Spark first when ascending. Literals and a CASE with an ELSE are never NULL.
    """
    readings = [list(sqlglot.parse_one(sql, dialect=engine).find_all(exp.Ordered)) for engine in ("spark", "duckdb")]
    for spark, duckdb in zip(*readings, strict=True):
        if spark.args.get("nulls_first") == duckdb.args.get("nulls_first"):
            continue
        by = spark.this
        if not isinstance(by, exp.Literal) and not (isinstance(by, exp.Case) and by.args.get("default")):
            yield by.name or by.sql(dialect="spark")


RULES: tuple[Rule, ...] = (forbidden_clauses, types_of_casts, unknown_functions, casts_by_colon)
"""What holds in every compiled text; `orders_that_differ` knows exceptions, which the test names."""


def breaches(sql: str) -> list[str]:
    """Return everything in a compiled text that is not portable."""
    return [found for rule in RULES for found in rule(sql)]
