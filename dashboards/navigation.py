"""The pages: one list, from which the navigation, the filter bar and the tests read."""

from dataclasses import dataclass

from dashboards.scope import Role


@dataclass(frozen=True)
class PageEntry:
    """One page: its file and URL share one word."""

    name: str
    title: str
    icon: str
    role: Role
    has_filters: bool = True

    @property
    def file(self) -> str:
        """Return the page's file, below the folder of ``app.py``."""
        return f"views/{self.name}.py"


PAGES = (
    PageEntry("pipeline", "Pipeline", ":material/filter_alt:", "employer"),
    PageEntry("hire_through", "Hire-through", ":material/trending_up:", "employer"),
    PageEntry("marketplace_health", "Marketplace health", ":material/storefront:", "leadership"),
    PageEntry("data_health", "Data health", ":material/fact_check:", "leadership", has_filters=False),
)


def pages_of(role: Role) -> tuple[PageEntry, ...]:
    """Return the pages that a role may open; the first is the one that it lands on."""
    return tuple(page for page in PAGES if page.role == role)
