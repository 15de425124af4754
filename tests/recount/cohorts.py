"""Whole cohorts, mature or not, and those of whom nothing is known."""

from datetime import date

from tests.recount import figure
from tests.recount.employers import completions, postings
from tests.recount.engagements import engagements
from tests.recount.outcomes import NOT_ELIGIBLE, anywhere, applicant_pairs, graduates, last_answers
from tests.recount.pairs import Pair, count, due, is_known
from tests.recount.world import World

figure("completers_with_unknown_outcome")(lambda world: sum(not is_known(pair) for pair in due(world)))
figure("completers_ready")(lambda world: count(world, lambda pair: pair.is_eligible and pair.graduation))
figure("completers_with_unknown_graduation")(
    lambda world: count(world, lambda pair: pair.is_eligible and not pair.graduation)
)
figure("persons_employed_on_completing")(lambda world: sum(person["is_employed"] for person in anywhere(world)))
figure("selected_pairs")(lambda world: sum(row["is_selected"] for row in applicant_pairs(world)))
figure("selected_pairs_pre_existing")(
    lambda world: sum(row["is_selected_pre_existing"] for row in applicant_pairs(world))
)
figure("employers_completed")(lambda world: len(completions(world)))
figure("employers_posted")(lambda world: len(postings(world)))
figure("engagements_started_due")(
    lambda world: sum(bool(row["started_at"] and row["due_at"]) for row in engagements(world))
)
figure("graduates_unknown")(lambda world: sum(not row["is_known"] for row in graduates(world)))


def is_of_class(world: World, pair: Pair) -> bool:
    """Tell whether a pair is in its class's conversion, or may come into it once the class's 31 December is seen."""
    if not pair.graduation or pair.is_pre_existing:
        return False
    answer = last_answers(world).get(pair.student)
    deadline = date(pair.graduation.year + (pair.graduation.month > 6), 12, 31)
    return pair.completed <= deadline and not (answer and answer["outcome"] in NOT_ELIGIBLE)


figure("nace_of_class")(lambda world: count(world, lambda pair: is_of_class(world, pair)))
