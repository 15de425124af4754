"""Every parameter of the sample says how well it is known."""

import pytest

from pipelines.sample.calibration import CalibrationError, default_calibration, parse_calibration


def test_every_parameter_has_a_source_and_a_class() -> None:
    for parameter in default_calibration().parameters.values():
        assert parameter.source.strip()
        assert parameter.evidence in ("published", "proxy", "assumption")


def test_published_figures_stand_as_published() -> None:
    calibration = default_calibration()
    assert calibration.number("projects.platform_fee_share") == 0.10
    assert calibration.numbers("projects.fee_usd") == (360, 500)
    assert calibration.number("retention.neither_share") == 0.462
    assert calibration.table("money.starting_pay_usd")["other"] == 68_680
    assert calibration.numbers("outcomes.nace_conversion")[:2] == (0.517, 0.619)


def test_no_vendor_claim_is_used_as_a_value() -> None:
    for name, parameter in default_calibration().parameters.items():
        assert "vendor" not in parameter.source.lower(), name


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('[a]\nb = { value = 1, source = "x", class = "guess" }', "expected one of"),
        ('[a]\nb = { value = 1, source = " ", class = "proxy" }', "source is blank"),
        ('[a]\nb = { value = 1, class = "proxy" }', "expected value, source and class"),
        ('[a]\nb_share = { value = 1.2, source = "x", class = "proxy" }', "share from 0 to 1"),
        ('[a]\nb = { value = "much", source = "x", class = "proxy" }', "expected a number"),
    ],
)
def test_a_malformed_parameter_is_named_with_what_was_expected(text: str, complaint: str) -> None:
    with pytest.raises(CalibrationError, match=complaint):
        parse_calibration(text)


def test_an_unknown_parameter_is_refused() -> None:
    with pytest.raises(CalibrationError, match=r"selection\.charm"):
        default_calibration().changed(selection__charm=1.0)


def test_a_changed_calibration_leaves_the_default_alone() -> None:
    changed = default_calibration().changed(selection__ability=0.0)
    assert changed.number("selection.ability") == 0.0
    assert default_calibration().number("selection.ability") > 0
