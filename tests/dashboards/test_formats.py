import pytest

from dashboards.formats import count_text, difference_text, money_text, value_text, whole_share_text, word_text


@pytest.mark.parametrize(
    ("unit", "value", "text"),
    [
        ("share", 0.08012, "8.0 %"),
        ("share", None, "–"),  # noqa: RUF001
        ("count", 12911.0, "12,911"),
        ("USD", 2332975.0, "$2.33M"),
        ("days", 4.25, "4.2 d"),
        ("score", 4.31, "4.3"),
        ("USD per hour", 21.5, "$21.50"),
        ("index", 0.614, "0.61"),
        ("index", 2600.0, "2,600"),
    ],
)
def test_a_value_is_written_in_its_unit(unit: str, value: float | None, text: str) -> None:
    assert value_text(unit, value) == text


@pytest.mark.parametrize(
    ("amount", "text"), [(999.0, "$999"), (12_400.0, "$12.4k"), (360_970.0, "$361.0k"), (1.5e9, "$1.50B")]
)
def test_money_has_at_most_four_figures(amount: float, text: str) -> None:
    assert money_text(amount) == text


def test_a_small_share_is_not_called_zero() -> None:
    assert whole_share_text(0.001) == "<1 %"
    assert whole_share_text(0.0) == "0 %"


def test_a_rate_changes_in_points_and_a_count_in_per_cent() -> None:
    assert difference_text("share", -0.0512) == "-5.1 pts"
    assert difference_text("count", 25, 100) == "+25 %"


def test_codes_become_words_and_names_stay() -> None:
    assert [word_text(code) for code in ("data entry", "hr", "HBCU")] == ["Data entry", "HR", "HBCU"]


def test_one_is_singular() -> None:
    assert [count_text(n, "hire") for n in (0, 1, 1204)] == ["0 hires", "1 hire", "1,204 hires"]
