"""How strong something unmeasured would have to be: VanderWeele and Ding (2017), Annals of Internal Medicine 167."""

import math


def e_value(ratio: float) -> float:
    """Return the E-value of a risk ratio: at least 1, symmetric in ratios below 1, infinite for 0 and infinity.

    The least risk ratio that an unmeasured cause must have with both being chosen and being hired.
    """
    if ratio < 1:
        ratio = 1 / ratio if ratio > 0 else math.inf
    return math.inf if math.isinf(ratio) else ratio + math.sqrt(ratio * (ratio - 1))


def bias_factor(selection: float, outcome: float) -> float:
    """Return the most by which an unmeasured cause of these risk ratios, each at least 1, can inflate a ratio.

    Ding and VanderWeele (2016), Epidemiology 27.
    """
    return selection * outcome / (selection + outcome - 1)
