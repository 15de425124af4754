"""One project of an employer: its course, its applicants, its feedback, its cost, what came of it.

Every statement about one project asks for the host too: the number of a foreign project finds nothing.
"""

from dataclasses import replace
from typing import Any

import polars as pl

from dashboards.database import Parameters, Query, frame
from dashboards.rows import Rows, slice_rows
from dashboards.scope import Filters, Scope, conditions
from dashboards.slices.applications import STAGES, staircase

PROJECT = "Project"

SPANS = ("Accepted", "At work", "In review")
"""What an engagement is in between acceptance, start, submission and approval."""


def project(scope: Scope, project_id: str) -> dict[str, Any] | None:
    """Return one project of the host with everything that its mart says, or None where the host has no such project."""
    found = frame(scope.generation, scope.viewer, project_query(scope, project_id))
    return None if found.is_empty() else found.row(0, named=True) | {"as_of": scope.generation.as_of}


def project_query(scope: Scope, project_id: str) -> Query:
    """Return the statement of one project that is the host's own."""
    text = f"""
        select
            project_id,
            root_project_id,
            title,
            department,
            category,
            term_label,
            funded_by,
            slots,
            cast(hours_estimated as double) as hours_estimated,
            cast(fee_usd as double) as fee_usd,
            posted_at,
            application_deadline_at,
            closed_at,
            zero_reason,
            application_count,
            selected_count,
            accepted_count,
            approved_count,
            first_application_at,
            cast(days_to_fill as double) as days_to_fill,
        from analytics.marts.fct_projects
        where {_owned(scope)}
    """
    return Query.of(text, _bound(scope, project_id))


def _owned(scope: Scope) -> str:
    """Return the condition of one project that is the host's own."""
    return f"project_id = $project and {conditions(_whole(scope), 'posted_date', ())}"


def _whole(scope: Scope) -> Scope:
    """Return the same scope without filters: a project is shown whole."""
    return replace(scope, filters=Filters())


def _bound(scope: Scope, project_id: str) -> Parameters:
    return _whole(scope).parameters() | {"project": project_id}


def applicants(scope: Scope, project_id: str) -> pl.DataFrame:
    """Return the applicants of a project, who came furthest first: person_key, stage, state and moments."""
    text = f"""
        select
            person_key,
            furthest_stage as stage,
            current_state as state,
            applied_at,
            shortlisted_at,
            selected_at,
            cast(days_to_decision as double) as days_to_decision,
            furthest_stage_rank as rank,
            cast(is_open as boolean) as is_open,
            person_host_key,
        from analytics.marts.fct_applications
        where {_owned(scope)}
        order by furthest_stage_rank desc, applied_at, application_id
    """
    return frame(scope.generation, scope.viewer, Query.of(text, _bound(scope, project_id)))


def stages(people: pl.DataFrame) -> pl.DataFrame:
    """Return the funnel of a project's applicants: reached = moved_on + still_open + ended."""
    return staircase(people.group_by("rank", "is_open").agg(pl.len().alias("count")), STAGES)


def engagements(scope: Scope, project_id: str) -> pl.DataFrame:
    """Return the engagements of a project in the order of acceptance, with both sides' ratings and the fee."""
    text = f"""
        select
            person_key,
            accepted_at,
            started_at,
            due_at,
            submitted_at,
            approved_at,
            cancelled_at,
            cancelled_by,
            employer_rating,
            would_hire,
            student_rating,
            cast(fee_usd as double) as fee_usd,
            funded_by,
            cast(hours_reported as double) as hours_reported,
        from analytics.marts.fct_engagements
        where {_owned(scope)}
        order by accepted_at, engagement_id
    """
    return frame(scope.generation, scope.viewer, Query.of(text, _bound(scope, project_id)))


def costs(scope: Scope, project_id: str) -> pl.DataFrame:
    """Return what a project cost: item, hours, amount_usd, is_own (paid by the employer), basis (how it is known).

    Fees are those of its accepted engagements. Time is reported per employer and month, not per project: the project
    bears, of each month, the share of the employer's engagements accepted in it that are its own.
    """
    text = f"""
        with engagements as (
            select employer_id, accepted_month, fee_usd, platform_fee_usd, funded_by
            from analytics.marts.fct_engagements
            where {_owned(scope)}
        ),

        shares as (
            select
                employer_id,
                accepted_month,
                count(*) filter (where project_id = $project) / count(*) as share,
            from analytics.marts.fct_engagements
            where
                {conditions(_whole(scope), "accepted_date", ())}
                and (employer_id, accepted_month) in (select employer_id, accepted_month from engagements)
            group by employer_id, accepted_month
        )

        select
            1 as place,
            'Fees, paid by ' || case when funded_by = 'employer' then 'us' else 'the ' || funded_by end as item,
            null as hours,
            cast(sum(fee_usd) as double) as amount_usd,
            funded_by = 'employer' as is_own,
            'Fees of accepted engagements' as basis,
        from engagements
        group by funded_by
        union all
        select
            2 as place,
            case when cost_type = 'internal_supervisor_time' then 'Supervision' else 'Screening' end as item,
            cast(sum(hours * share) as double) as hours,
            cast(sum(amount_usd * share) as double) as amount_usd,
            true as is_own,
            'Share of the hours reported for its months of acceptance' as basis,
        from analytics.marts.fct_costs
        inner join shares using (employer_id)
        where side = 'programme' and month_start_date = accepted_month
        group by item
        order by place, is_own desc, item
    """
    return frame(scope.generation, scope.viewer, Query.of(text, _bound(scope, project_id))).drop("place")


def shown(people: pl.DataFrame) -> pl.DataFrame:
    """Return the applicants as a table shows them."""
    return people.select("person_key", "stage", "state", "applied_at", "selected_at", "days_to_decision")


def reviews(work: pl.DataFrame) -> pl.DataFrame:
    """Return the engagements as a table of feedback shows them."""
    return work.select(
        "person_key", "employer_rating", "would_hire", "student_rating", "due_at", "submitted_at", "approved_at",
        "hours_reported",
    )  # fmt: skip


def completers(scope: Scope, people: pl.DataFrame) -> pl.DataFrame:
    """Return what came of those applicants who completed: person_key, completed_at, offered_at, hired, came_of_it.

    Whoever was known to the host before is no outcome of the project. A start elsewhere is not told. A year that is
    over by the calendar but was not seen to its end, since feed or consent ended, is neither an outcome nor awaited.
    """
    text = f"""
        select distinct
            person_key,
            first_completed_at as completed_at,
            first_full_time_offer_at as offered_at,
            host_hired_date as hired,
            case
                when is_pre_existing = 1 then 'Known to us before'
                when is_hired = 1 then 'Hired'
                when is_offered = 1 then 'Offered'
                when is_mature_365_days = 1 then 'No offer within a year'
                when completed_date + 365 > $today then 'Still in the first year'
                else 'Not watched for a year'
            end as came_of_it,
        from analytics.marts.fct_person_host_outcomes
        where list_contains($pairs, person_host_key) and {conditions(_whole(scope), "completed_date", ())}
        order by completed_at, person_key
    """
    pairs = tuple(people["person_host_key"].drop_nulls().unique().sort())
    bound = _whole(scope).parameters() | {"pairs": pairs, "today": scope.generation.as_of.date()}
    return frame(scope.generation, scope.viewer, Query.of(text, bound))


def course(found: dict[str, Any], people: pl.DataFrame, work: pl.DataFrame) -> pl.DataFrame:
    """Return the timeline of a project: lane, what, starts_at, ends_at (none of a moment), is_open.

    The first lane is the project's own, the others are those of its engagements. What has not ended runs to as_of.
    """
    as_of = found["as_of"]
    spans = [(PROJECT, "Open", found["posted_at"], found["closed_at"])]
    moments = [
        (PROJECT, "First application", found["first_application_at"]),
        (PROJECT, "First selection", people["selected_at"].min()),
        (PROJECT, "Deadline", found["application_deadline_at"]),
    ]
    for row in work.iter_rows(named=True):
        lane, stopped = f"Person {row['person_key'][:6]}", row["cancelled_at"]
        steps = [row[step] for step in ("accepted_at", "started_at", "submitted_at", "approved_at")]
        for what, starts, ends in zip(SPANS, steps, steps[1:], strict=False):
            spans.append((lane, what, starts, ends or stopped))
        moments += [(lane, "Due", row["due_at"]), (lane, "Cancelled", stopped), (lane, "Approved", row["approved_at"])]
    rows = [(lane, what, starts, ends or as_of, ends is None) for lane, what, starts, ends in spans if starts]
    rows += [(lane, what, at, None, False) for lane, what, at in moments if at]
    moment = pl.Datetime("us")
    kinds: dict[str, pl.DataType] = {"lane": pl.String(), "what": pl.String(), "starts_at": moment, "ends_at": moment}
    kinds["is_open"] = pl.Boolean()
    return pl.DataFrame(rows, schema=kinds, orient="row")


def applicant_rows(scope: Scope, project_id: str) -> list[tuple[str, Rows | None]]:
    """Return the rows behind each stage of a project's applicants."""
    return [
        (f"Reached {stage.lower()}", rows_of(scope, project_id, "fct_applications", f"furthest_stage_rank >= {rank}"))
        for rank, stage in enumerate(STAGES, start=1)
    ]


def rows_of(scope: Scope, project_id: str, mart: str, condition: str = "true") -> Rows | None:
    """Return rows of one project that is the host's own."""
    return slice_rows(
        _whole(scope),
        mart,
        {"fct_applications": "applied_date", "fct_engagements": "accepted_date"}[mart],
        f"project_id = $project and {condition}",
        columns=(),
        parameters={"project": project_id},
    )
