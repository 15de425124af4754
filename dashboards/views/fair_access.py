"""Fair access: who applies to us, who is chosen, who completes and who is hired, group by group."""

from dashboards.components import fairness as lens
from dashboards.components import page, states
from dashboards.components.tile import tiles
from dashboards.slices.fairness import dimensions
from dashboards.slices.fairness_tiles import comparison_readings

scope, mode = page.scope(), page.mode()
page.lead(
    "Who is chosen, who completes and who is hired, group by group. Comparisons for review, never legal findings."
)

if offered := dimensions(scope):
    choice = lens.choose(scope, offered)
    tiles("groups", scope, comparison_readings(scope, choice.compared, choice.stage))
    lens.compare(choice, mode)
    page.section("Where groups part", "within projects, from stage to stage, and from who applied to who advanced")
    lens.explain(scope, choice, mode)
else:
    states.empty("No groups to compare yet", "They appear once applications to you are 30 days old.")
lens.limits()
