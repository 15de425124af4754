"""Who signs in: a person of each employer, one of two employers, leadership, an analyst, an admin."""

from dashboards.access.viewer import Viewer
from dashboards.scope import Role

SAMPLE = [f"E{number:05}" for number in range(1, 10)]
"""The employers of the tiny sample, each its own ultimate parent."""

HOSTS = [*SAMPLE, "E00901", "E00903"]
OF_HOST = {host: Viewer(f"{host.lower()}@viewer.example", "employer", (host,)) for host in HOSTS}
OF_TWO = Viewer("both@viewer.example", "employer", ("E00004", "E00903"))
STAFF: dict[Role, Viewer] = {
    role: Viewer(f"{role}@viewer.example", role) for role in ("leadership", "analyst", "admin")
}
VIEWERS = [*OF_HOST.values(), OF_TWO, *STAFF.values()]
