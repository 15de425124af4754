"""Which records are of one human."""

Person = tuple[str, ...]
"""("student", id), or the survivor of a candidate's merges, or an address, or an employment of somebody unnamed."""


class People:
    """Union-find over records that belong to one human; a student's own number names the person."""

    def __init__(self) -> None:
        self.parent: dict[Person, Person] = {}

    def find(self, item: Person) -> Person:
        """Return the record that stands for the person."""
        while self.parent.get(item, item) != item:
            item = self.parent[item]
        return item

    def join(self, one: Person, other: Person) -> None:
        """Say that two records are of one person."""
        first, second = self.find(one), self.find(other)
        if first != second:
            keep, drop = (first, second) if first[0] == "student" else (second, first)
            self.parent[drop] = keep
