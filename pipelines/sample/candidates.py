"""Candidates of applicant tracking systems: names, addresses, numbers of other systems, merges; and who they are."""

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from pipelines.sample.ats_rows import systems
from pipelines.sample.clock import DAY, NEVER
from pipelines.sample.employers import Employers
from pipelines.sample.history import History
from pipelines.sample.landing import Landing
from pipelines.sample.people import People
from pipelines.sample.plan import Plan
from pipelines.sample.processes import OUTSIDERS, Processes
from pipelines.sample.streams import Flags, Ints
from pipelines.sample.student_rows import addresses, student_ids
from pipelines.sample.truth import Truth
from pipelines.sample.words import FAMILY_NAMES, GIVEN_NAMES

CANDIDATES = History(
    "created_at",
    {
        "_merged_at": {"merged_into_candidate_id": None},
        "_anonymised_at": {
            "given_name": pl.col("_was_given_name"),
            "family_name": pl.col("_was_family_name"),
            "is_anonymized": pl.lit(False),
        },
    },
)
OF_CANDIDATES = History("_created_at")
MERGED_COPY = 1


@dataclass
class Registry:
    """Candidates that were already handed over; tells the truth who they are."""

    plan: Plan
    people: People
    employers: Employers
    landing: Landing
    truth: Truth
    known: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def candidate_ids(self, who: Ints, employer: Ints) -> list[str]:
        """Return the system's number of each person at each employer."""
        return self.plan.code("candidate", who, employer)

    def is_doubled(self, who: Ints, employer: Ints) -> Flags:
        """Return who stands twice in the system, until the older record is merged into the newer one."""
        return self.plan.chance("feeds.merged_share", who, employer)

    def application_candidates(self, rows: Processes) -> list[str]:
        """Return the candidate that each application names: the older record for those who stand twice."""
        older = self.plan.code("older candidate", rows.who, rows.employer)
        doubled = self.is_doubled(rows.who, rows.employer)
        newer = self.candidate_ids(rows.who, rows.employer)
        return [old if twice else new for old, new, twice in zip(older, newer, doubled.tolist(), strict=True)]

    def add(self, rows: Processes) -> None:
        """Hand over the candidates of these processes that are not known yet."""
        keys = rows.who * self.employers.count + rows.employer
        order = np.lexsort((rows.applied, keys))
        _, first = np.unique(keys[order], return_index=True)
        chosen = order[first]
        chosen = chosen[~np.isin(keys[chosen], self.known)]
        self.known = np.concatenate([self.known, keys[chosen]])
        who, employer, created = rows.who[chosen], rows.employer[chosen], rows.applied[chosen] - 300
        if len(who) == 0:
            return
        doubled = self.is_doubled(who, employer)
        frame = self._frame(who, employer, created, np.full(len(who), NEVER, dtype=np.int64))
        older = self._older(frame.filter(pl.Series(doubled)), who[doubled], employer[doubled])
        self.landing.add("ats_candidates", frame, CANDIDATES)
        self.landing.add("ats_candidates", older, CANDIDATES)
        self._add_addresses(pl.concat([frame, older]), np.concatenate([who, who[doubled]]))
        self._remember(frame, older, who, who[doubled])

    def _frame(self, who: Ints, employer: Ints, created: Ints, merged: Ints) -> pl.DataFrame:
        person = np.where(who < OUTSIDERS, self.people.person[np.minimum(who, self.people.count - 1)], who)
        given = self.plan.between("given name", 0, len(GIVEN_NAMES), person).tolist()
        family = self.plan.between("family name", 0, len(FAMILY_NAMES), person).tolist()
        hidden = self.plan.chance("feeds.anonymised_share", who, employer)
        first = [GIVEN_NAMES[index] for index in given]
        last = [FAMILY_NAMES[index] for index in family]
        blank = pl.Series(hidden)
        return pl.DataFrame(
            {
                "system": systems(self.employers, employer),
                "candidate_id": self.candidate_ids(who, employer),
                "employer_id": self.employers.ids.gather(employer),
                "given_name": pl.Series(first).set(blank, None),
                "_was_given_name": first,
                "family_name": pl.Series(last).set(blank, None),
                "_was_family_name": last,
                "school_name": self._schools(who, employer),
                "graduation_year": self._years(who, created),
                "merged_into_candidate_id": pl.Series([None] * len(who), dtype=pl.String),
                "is_anonymized": hidden,
                "created_at": created,
                "_merged_at": merged,
                "_anonymised_at": np.where(hidden, created + 200 * DAY, NEVER),
            }
        )

    def _older(self, frame: pl.DataFrame, who: Ints, employer: Ints) -> pl.DataFrame:
        """Return the older records of doubled candidates, merged into the newer ones after a while."""
        return frame.with_columns(
            merged_into_candidate_id=pl.col("candidate_id"),
            candidate_id=pl.Series(self.plan.code("older candidate", who, employer), dtype=pl.String),
            created_at=pl.col("created_at") - 600,
            _merged_at=pl.col("created_at") + 40 * DAY,
        )

    def _schools(self, who: Ints, employer: Ints) -> pl.Series:
        names = self.people.institutions["name"]
        student = np.minimum(who, self.people.count - 1)
        favourite = self.plan.between("favourite", 0, names.len(), employer, who % 6)
        anywhere = self.plan.between("school", 0, names.len(), who)
        outside = np.where(self.plan.level("favours", who) < 0.8, favourite, anywhere)
        return names.gather(np.where(who < OUTSIDERS, self.people.institution(student), outside))

    def _years(self, who: Ints, created: Ints) -> Ints:
        graduation = self.people.graduation[np.minimum(who, self.people.count - 1)]
        day = np.where(who < OUTSIDERS, graduation, created // DAY)
        return np.asarray(day.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970)

    def _add_addresses(self, frame: pl.DataFrame, who: Ints) -> None:
        columns = {"system": frame["system"], "candidate_id": frame["candidate_id"], "_created_at": frame["created_at"]}
        addressed = pl.DataFrame({**columns, "value": self.emails(who), "kind": ["personal"] * len(who)})
        self.landing.add("ats_candidate_emails", addressed, OF_CANDIDATES)
        numbered = (who < OUTSIDERS) & self.plan.chance("feeds.external_id_share", who)
        students = np.minimum(who, self.people.count - 1)
        external = pl.DataFrame({**columns, "value": student_ids(students), "kind": ["platform_student_id"] * len(who)})
        self.landing.add("ats_candidate_external_ids", external.filter(pl.Series(numbered)), OF_CANDIDATES)

    def emails(self, who: Ints) -> list[str]:
        """Return the address that employers know: mostly one of the student's, some in other case, some unknown."""
        students = np.where(who < OUTSIDERS, who, 0)
        primary, other = addresses(self.plan, self.people, students)
        level = self.plan.level("ats address", who)
        unlisted = self.plan.number("feeds.unlisted_email_share")
        found = []
        for number, own, second, chance in zip(who.tolist(), primary, other, level.tolist(), strict=True):
            if number >= OUTSIDERS or chance < unlisted:
                found.append(f"candidate{number % OUTSIDERS}.{'x' if number >= OUTSIDERS else 's'}@post.example")
            elif chance < 0.35 and second:
                found.append(second)
            else:
                found.append(own.upper() if chance > 0.94 else own)
        return found

    def _remember(self, frame: pl.DataFrame, older: pl.DataFrame, who: Ints, who_doubled: Ints) -> None:
        known = pl.concat([frame, older]).select("system", "candidate_id", "created_at")
        everyone = np.concatenate([who, who_doubled])
        from_platform = everyone < OUTSIDERS
        students = np.minimum(everyone, self.people.count - 1)
        table = known.with_columns(
            student_id=pl.Series(student_ids(students)), person_id=pl.Series(student_ids(self.people.person[students]))
        )
        is_told = pl.Series(from_platform) & (table["created_at"] <= self.plan.deliveries[-1].moment)
        self.truth.append("identities", table.filter(is_told).drop("created_at"))
