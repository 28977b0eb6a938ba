"""Outlines of what is below the sky: a line from the left edge to the right, and what rises from it."""

import math
import random
from collections.abc import Callable
from itertools import pairwise

from core.provider.drawing.paint import SIZE, Point
from core.provider.drawing.scene import Ground

_POINTS = 300
_TOPS = ("mast", "storey", "flat", "flat", "flat")
Outlines = list[list[Point]]
"""The first one is the line of the ground."""


def waves(dice: random.Random, base: float, height: float) -> list[Point]:
    """A line of soft hills, about that high."""
    parts = [(dice.uniform(0.5, 2.6), dice.uniform(0, math.tau), dice.uniform(0.2, 0.5)) for _ in range(3)]
    return [
        (x, base + height * sum(h * math.sin(math.tau * f * x / SIZE + p) for f, p, h in parts))
        for x in range(-8, SIZE + 16, 8)
    ]


def _jagged(dice: random.Random, base: float, height: float, roughness: float = 0.52) -> list[Point]:
    line = [dice.uniform(-0.6, 0.6) for _ in range(4)]
    spread = 0.62
    while len(line) < _POINTS:
        middles = [(a + b) / 2 + dice.uniform(-spread, spread) for a, b in pairwise(line)]
        line = [each for pair in zip(line, middles, strict=False) for each in pair] + [line[-1]]
        spread *= roughness
    step = (SIZE + 16) / (len(line) - 1)
    return [(number * step - 8, base - height * level) for number, level in enumerate(line)]


def _mountains(dice: random.Random, depth: float) -> Outlines:
    return [_jagged(dice, 400 + 520 * depth, 230 * (1 - 0.45 * depth))]


def _hills(dice: random.Random, depth: float) -> Outlines:
    return [waves(dice, 500 + 430 * depth, 46 + 50 * depth)]


def _dunes(dice: random.Random, depth: float) -> Outlines:
    """Arcs that meet in sharp crests."""
    width, phase = dice.uniform(380, 620), dice.uniform(0, 600)
    base, height = 560 + 400 * depth, 60 + 60 * depth
    line: list[Point] = [
        (x, base - height * abs(math.sin(math.pi * (x + phase) / width)) ** 1.4 + 0.05 * x)
        for x in range(-8, SIZE + 16, 8)
    ]
    return [line]


def _trees(dice: random.Random, depth: float) -> Outlines:
    """Conifers, tier by tier."""
    tall, phase = 70 + 300 * depth**1.3, dice.uniform(0, 6)
    ground: list[Point] = [
        (x, 560 + 420 * depth + 26 * math.sin(x / 210 + phase)) for x in range(-8, SIZE + 16, 8)
    ]
    trees, x = [], -40.0
    while x < SIZE + 40:
        height = tall * dice.choice([dice.uniform(0.45, 0.8), dice.uniform(0.8, 1.2)])
        width = height * dice.uniform(0.3, 0.4)
        foot = 572 + 420 * depth + 26 * math.sin(x / 210 + phase)
        trees.append(_conifer(dice, x, foot, width, height))
        x += width * dice.uniform(0.3, 1.1)
    return [ground, *trees]


def _conifer(dice: random.Random, x: float, foot: float, width: float, height: float) -> list[Point]:
    tiers = 9
    left: list[Point] = []
    right: list[Point] = []
    for tier in range(tiers):
        reach = width / 2 * (1 - tier / tiers) ** 0.9
        y = foot - height * (0.06 + 0.94 * tier / tiers)
        for side, points in ((-1, left), (1, right)):
            droop = height * dice.uniform(0.0, 0.03)
            points.append((x + side * reach * dice.uniform(0.82, 1.1), y + droop))
            points.append((x + side * reach * 0.5, y - height * 0.05))
    return [(x - 2, foot + 20), *left, (x, foot - height), *reversed(right), (x + 2, foot + 20)]


def _roofs(dice: random.Random, depth: float) -> Outlines:
    """Blocks, some with a mast."""
    base, line, x = 640 + 300 * depth, [], -20.0
    while x < SIZE + 20:
        width = dice.uniform(34, 90) * (0.6 + 0.9 * depth)
        tall = dice.random() ** 1.8 * (330 - 60 * depth) + 60
        top = base - tall
        middle = x + width / 2
        line += [(x, top)]
        top_of_it = dice.choice(_TOPS)
        if top_of_it == "mast":
            line += [(middle - 2, top), (middle - 1, top - 46), (middle + 1, top - 46), (middle + 2, top)]
        elif top_of_it == "storey":
            left, right = x + width * 0.2, x + width * 0.8
            line += [(left, top), (left, top - 22), (right, top - 22), (right, top)]
        line += [(x + width, top)]
        x += width
    return [line]


OUTLINES: dict[Ground, Callable[[random.Random, float], Outlines]] = {
    Ground.MOUNTAINS: _mountains,
    Ground.HILLS: _hills,
    Ground.DESERT: _dunes,
    Ground.FOREST: _trees,
    Ground.CITY: _roofs,
}
