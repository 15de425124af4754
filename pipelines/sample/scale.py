"""How large a sample is: named scales, or any number of applications."""

from dataclasses import dataclass

MAX_APPLICATIONS = 100_000_000
APPLICATIONS_PER_PROJECT = 40 / 3
APPLICATIONS_PER_STUDENT = 10


class UnknownScaleError(ValueError):
    """The scale is neither a name nor a number of applications that can be made."""


@dataclass(frozen=True)
class Scale:
    """Numbers to aim at; ``months_per_step`` is how far time moves before outcomes are drawn."""

    name: str
    employers: int
    students: int
    projects: int
    applications: int
    monthly_deliveries: int = 12
    months_per_step: int = 1
    largest_block: int = 3_000
    """Projects that are held in memory at once."""


SCALES = {
    "tiny": Scale("tiny", 10, 300, 200, 2_500, monthly_deliveries=3, months_per_step=6),
    "small": Scale("small", 120, 8_000, 6_000, 80_000, months_per_step=3),
    "medium": Scale("medium", 600, 100_000, 75_000, 1_000_000),
}


def scale_of(scale: str | int) -> Scale:
    """Return the scale of that name, or one for that number of applications (2,500 to 100 million)."""
    if str(scale) in SCALES:
        return SCALES[str(scale)]
    digits = str(scale).replace("_", "").replace(",", "")
    if not digits.isdigit() or not SCALES["tiny"].applications <= int(digits) <= MAX_APPLICATIONS:
        known = ", ".join(SCALES)
        raise UnknownScaleError(
            f"scale {scale!r}: expected {known} or a number of applications from "
            f"{SCALES['tiny'].applications:,} to {MAX_APPLICATIONS:,}"
        )
    wanted = int(digits)
    return Scale(
        name=str(wanted),
        employers=max(10, round(120 * (wanted / 80_000) ** 0.6)),
        students=wanted // APPLICATIONS_PER_STUDENT,
        projects=round(wanted / APPLICATIONS_PER_PROJECT),
        applications=wanted,
        months_per_step=3 if wanted < 500_000 else 1,
    )
