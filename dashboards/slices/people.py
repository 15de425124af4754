"""Who may be looked at, and what the filters offer."""

import polars as pl

from dashboards.database import Generation, Query, frame
from dashboards.scope import Scope
from dashboards.terms import term_key

HOSTS = Query("""
    select
        hosts.host_id,
        any_value(hosts.host_name) as host_name,
        list(distinct hosts.employer_id order by hosts.employer_id) as employer_ids,
        coalesce(max(completers.completer_count), 0) as completer_count,
    from analytics.marts.dim_employers as hosts
    left join (
        select host_id, count(*) as completer_count from analytics.marts.fct_person_host_outcomes group by host_id
    ) as completers using (host_id)
    group by hosts.host_id
    order by completer_count desc, host_name, host_id
""")

CHOICES = Query("""
    select 'term_label' as dimension, term_label as choice from analytics.marts.fct_projects
    union select 'category', category from analytics.marts.fct_projects
    union select 'school_type', school_type from analytics.marts.dim_institutions
    union select 'major_family', major_family from analytics.marts.agg_student_months
    union select 'industry', industry from analytics.marts.dim_employers
    union select 'state', state from analytics.marts.dim_employers
""")


CHOICES_OF_ONE = Query("""
    select 'term_label' as dimension, term_label as choice from analytics.marts.fct_projects
    union select 'category', category from analytics.marts.fct_projects
    union select 'major_family', major_family from analytics.marts.fct_applications
""")
"""What an employer's own rows offer: other employers' terms and categories are not in its extract."""


def hosts(generation: Generation) -> pl.DataFrame:
    """Return the ultimate parent employers, the one with most completers first."""
    return frame(generation, "platform", HOSTS)


def choices(scope: Scope) -> dict[str, list[str]]:
    """Return the values that each filter offers; terms newest first, the rest by name."""
    query = CHOICES if scope.host_id is None else CHOICES_OF_ONE
    found = frame(scope.generation, scope.viewer, query).drop_nulls()
    offered = {
        str(name): sorted(group["choice"].to_list())
        for (name,), group in found.group_by("dimension", maintain_order=True)
    }
    offered["term_label"] = sorted(offered.get("term_label", []), key=term_key, reverse=True)
    return offered


def build_facts(generation: Generation) -> dict[str, object]:
    """Return the facts of the build: generation, as_of, whether the data are synthetic, versions."""
    found = frame(generation, "meta", Query("select * from analytics.meta.build_facts"))
    return dict(found.row(0, named=True))
