"""Who may see what: a person's role and, for employers, the hosts whose rows are theirs."""

from dataclasses import dataclass

from dashboards.scope import Role


@dataclass(frozen=True)
class Viewer:
    """Who looks: the name that the audit log keeps, the role and, for the role employer, the ids of the hosts."""

    name: str
    role: Role
    host_ids: tuple[str, ...] = ()
    is_demo: bool = False
