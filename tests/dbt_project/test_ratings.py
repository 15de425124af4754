"""Shrunk ratings, end to end: the prior comes from int_ratings_pooled, whose arithmetic is a unit test by hand."""

import pytest

from tests.dbt_project.golden import at_employer
from tests.dbt_project.marketplace import Built
from tests.dbt_project.semantic import SemanticLayer, semantic_layer


@pytest.fixture(scope="module")
def metrics(golden: Built) -> SemanticLayer:
    return semantic_layer(golden.result.semantic_manifest, golden.connection)


@pytest.mark.parametrize(("author", "total", "number"), [("employer", 9, 2), ("student", 4, 1)])
def test_a_shrunk_mean_lies_between_the_employer_s_own_and_everybody_s(
    golden: Built, metrics: SemanticLayer, author: str, total: int, number: int
) -> None:
    """Of employer ``work``: the sum of its ratings and how many there are, by hand (golden/engagements.py)."""
    prior = "select prior_mean, prior_weight from intermediate.int_ratings_pooled where author_role = ?"
    mean, weight = golden.one(prior, author)
    assert metrics.value(f"{author}_rating_prior_mean") == pytest.approx(mean)
    assert metrics.value(f"{author}_rating_prior_weight") == pytest.approx(weight)
    found = metrics.value(f"{author}_rating_shrunk", at_employer("work"))
    assert found == pytest.approx((total + weight * mean) / (number + weight))
    low, high = sorted((total / number, mean))
    assert found is not None
    assert low < found < high


def test_an_employer_without_a_rating_is_taken_for_everybody_s_mean(metrics: SemanticLayer) -> None:
    everybody = metrics.value("employer_rating_prior_mean")
    assert everybody is not None
    assert metrics.value("employer_rating_mean", at_employer("floors")) is None
    assert metrics.value("employer_rating_shrunk", at_employer("floors")) == pytest.approx(everybody)
