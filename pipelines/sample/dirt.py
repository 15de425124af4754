"""stub replaced below"""
from pipelines.sample.landing import OpenFile
from pipelines.sample.plan import Plan
class Dirt:
    def __init__(self, plan: Plan) -> None:
        self.planted: list[dict[str, object]] = []
        self.rows=0
    def plant(self, file: OpenFile) -> None: ...
    def by_kind(self) -> dict[str, int]: return {}
