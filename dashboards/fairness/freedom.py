"""How far a withheld count can move while all that a reader knows stays as it is: flows between sums.

A count of a table is part of two sums: that of its period, and that of its group over the periods. So a table is a
network, each count an arc between two sums, and every other world that fits the known sums differs from this one by
circulations. How far one arc can rise or fall is a maximum flow; the cheapest further counts to withhold, so that it
can, are a shortest path (Castro 2007, Computers & Operations Research 34). All in whole persons.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from typing import NamedTuple

FREE = 1 << 40
"""Room without an end of its own: the sums end it."""

NEVER = float("inf")


class Room(NamedTuple):
    """How far one count may fall and rise by itself."""

    down: int
    up: int


class Cost(NamedTuple):
    """What must be withheld for a count to fall or to rise; nothing where it may already, NEVER where it cannot."""

    down: float
    up: float


class Step(NamedTuple):
    """One count on a path, rising (1) or falling (-1)."""

    place: int
    sign: int


@dataclass(frozen=True)
class Network:
    """Arcs between sums, by place: each count runs from one of its sums to the other."""

    tails: tuple[int, ...]
    heads: tuple[int, ...]
    leaving: tuple[tuple[tuple[int, int, int], ...], ...]
    """Node -> the places at it, the node at the other end, and whether leaving by it is a rise (1) or a fall (-1)."""

    @classmethod
    def of(cls, ends: Sequence[tuple[int, int]]) -> "Network":
        """Make a network from the tail and head of each place."""
        leaving: list[list[tuple[int, int, int]]] = [
            [] for _ in range(1 + max((max(pair) for pair in ends), default=0))
        ]
        for place, (tail, head) in enumerate(ends):
            leaving[tail].append((place, head, 1))
            leaving[head].append((place, tail, -1))
        tails, heads = (tuple(pair[end] for pair in ends) for end in (0, 1))
        return cls(tails, heads, tuple(map(tuple, leaving)))

    def ends(self, step: Step) -> tuple[int, int]:
        """Return where a circulation that takes this step first must go on, and where it must end."""
        tail, head = self.tails[step.place], self.heads[step.place]
        return (head, tail) if step.sign > 0 else (tail, head)


def range_of(network: Network, rooms: Sequence[Room], step: Step, enough: int) -> int:
    """Return how far a count can move in a step's direction, at most ``enough``, all sums staying as they are."""
    left = list(rooms)
    own = left[step.place]
    limit = min(enough, own.up if step.sign > 0 else own.down)
    left[step.place] = Room(0, 0)
    moved = 0
    while moved < limit and (path := _open_path(network, left, step)):
        amount = min(limit - moved, *(left[each.place].up if each.sign > 0 else left[each.place].down for each in path))
        for place, sign in path:
            down, up = left[place]
            left[place] = Room(down + sign * amount, up - sign * amount)
        moved += amount
    return moved


def _open_path(network: Network, rooms: Sequence[Room], step: Step) -> list[Step]:
    """Return the shortest way back along counts that have room, or an empty list."""
    start, goal = network.ends(step)
    came: dict[int, tuple[int, Step]] = {start: (start, step)}
    reached = [start]
    for node in reached:
        if node == goal:
            return list(_way(came, start, goal))
        for place, other, sign in network.leaving[node]:
            if other not in came and (rooms[place].up if sign > 0 else rooms[place].down) > 0:
                came[other] = (node, Step(place, sign))
                reached.append(other)
    return []


def cheapest_path(network: Network, costs: Sequence[Cost], step: Step) -> tuple[float, list[Step]]:
    """Return the way back that withholds least, and what it costs: NEVER and no way where there is none."""
    start, goal = network.ends(step)
    came: dict[int, tuple[int, Step]] = {}
    best = {start: 0.0}
    order = count()
    waiting = [(0.0, next(order), start)]
    while waiting:
        spent, _, node = heappop(waiting)
        if node == goal:
            return spent, list(_way(came, start, goal))
        if spent > best[node]:
            continue
        for place, other, sign in network.leaving[node]:
            cost = NEVER if place == step.place else costs[place].up if sign > 0 else costs[place].down
            if spent + cost < best.get(other, NEVER):
                best[other] = spent + cost
                came[other] = (node, Step(place, sign))
                heappush(waiting, (spent + cost, next(order), other))
    return NEVER, []


def _way(came: dict[int, tuple[int, Step]], start: int, goal: int) -> Iterator[Step]:
    node = goal
    while node != start:
        node, step = came[node]
        yield step
