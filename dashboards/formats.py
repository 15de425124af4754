"""How values are written: one form per unit, with figures that line up."""

from datetime import date, datetime

MISSING = "–"  # noqa: RUF001 - the dash that stands for "no value"


def value_text(unit: str, value: float | None) -> str:
    """Write a value in its unit: ``share`` as per cent, ``USD`` as dollars, ``days`` as days, else as a count."""
    if value is None:
        return MISSING
    match unit.lower():
        case "share":
            return share_text(value)
        case "usd":
            return money_text(value)
        case "day":
            return f"{value:,.0f} d"
        case "days":
            return f"{value:,.1f} d"
        case "score" | "applications" | "persons" | "hires" | "slots" | "hours" | "projects" | "industries":
            return f"{value:,.1f}"
        case "usd per hour":
            return f"${value:,.2f}"
        case "index":
            return f"{value:,.2f}" if abs(value) < 10 else f"{value:,.0f}"
        case "ratio":
            return f"{value:,.2f}"
    return f"{value:,.0f}"


def share_text(share: float | None) -> str:
    """Write a share, 0 to 1, as per cent with one decimal."""
    return MISSING if share is None else f"{share * 100:.1f} %"


def whole_share_text(share: float | None) -> str:
    """Write a share, 0 to 1, as whole per cent; a small one is not called zero."""
    if share is None:
        return MISSING
    return "<1 %" if 0 < share < 0.005 else f"{share * 100:.0f} %"


def money_text(amount: float | None) -> str:
    """Write US dollars with at most four figures."""
    if amount is None:
        return MISSING
    sign, size_of_it = "-" if amount < 0 else "", abs(amount)
    for size, letter in ((1e9, "B"), (1e6, "M"), (1e4, "k")):
        if size_of_it >= size:
            shown = size_of_it / (1e3 if letter == "k" else size)
            return f"{sign}${shown:,.2f}{letter}" if shown < 10 else f"{sign}${shown:,.1f}{letter}"
    return f"{sign}${size_of_it:,.0f}"


def interval_text(unit: str, low: float, high: float) -> str:
    """Write an interval in a unit."""
    if unit == "share":
        return f"{low * 100:.1f} to {high * 100:.1f} %"
    return f"{value_text(unit, low)} to {value_text(unit, high)}"


def difference_text(unit: str, difference: float, base: float | None = None) -> str:
    """Write a change: points for a share, per cent of the base for anything else."""
    if unit == "share":
        return f"{difference * 100:+.1f} pts"
    return f"{difference / base * 100:+.0f} %" if base else f"{difference:+,.0f}"


def word_text(code: str | None) -> str:
    """Write a code as a word: ``data_entry`` as ``Data entry``, ``hr`` as ``HR``; names keep their capitals."""
    if not code:
        return MISSING
    if code != code.lower():
        return code
    return code.upper() if len(code) <= 2 else code.replace("_", " ").capitalize()


def count_text(count: float | None, one: str, many: str | None = None) -> str:
    """Write a number of things: ``1 hire``, ``1,204 hires``."""
    number = 0 if count is None else count
    return f"{number:,.0f} {one if number == 1 else many or one + 's'}"


def day_text(moment: date | datetime | None) -> str:
    """Write a day: ``1 Oct 2026``."""
    return MISSING if moment is None else f"{moment.day} {moment:%b %Y}"


def moment_text(moment: datetime | None) -> str:
    """Write a moment to the minute, in UTC."""
    return MISSING if moment is None else f"{day_text(moment)}, {moment:%H:%M} UTC"
