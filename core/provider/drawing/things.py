"""The things that a prompt names, as silhouettes before the ground."""

import math
import random
from collections.abc import Callable

from PIL import Image

from core.provider.drawing.paint import SIZE, Point, blend, disc, glow, lay, shape
from core.provider.drawing.scene import Color, Ground, Scene, Thing, Time
from core.provider.drawing.sky import HORIZON, Light

_INK: Color = (10, 14, 26)
_LAMP: Color = (255, 226, 150)


def draw_things(picture: Image.Image, scene: Scene, light: Light, dice: random.Random) -> None:
    """Put the things of a scene before its grounds, away from its light."""
    for number, thing in enumerate(scene.things):
        x = 0.74 - 0.14 * number if light.x < SIZE / 2 else 0.26 + 0.14 * number
        _DRAWERS[thing](picture, scene, light, SIZE * x + dice.uniform(-40, 40))


def _ink(light: Light, near: float = 0.85) -> Color:
    return blend(light.haze, _INK, near)


def _around(x: float, y: float, *points: Point) -> list[Point]:
    """Points that are given from (x, y)."""
    return [(x + dx, y + dy) for dx, dy in points]


def _block(x: float, y: float, above: float, below: float, height: float) -> list[Point]:
    """A symmetric block that stands on y: half its width above, half its width below."""
    return _around(x, y, (-above, -height), (above, -height), (below, 0), (-below, 0))


def _floor(scene: Scene) -> float:
    """Where on the last ground something can stand; before water, on the land behind it."""
    return {Ground.FOREST: 930.0, Ground.SEA: HORIZON + 2.0}.get(scene.grounds[-1], 800.0)


def _lighthouse(picture: Image.Image, scene: Scene, light: Light, x: float) -> None:
    foot, tall, ink = HORIZON + 24.0, 324.0, _ink(light)
    top = foot - tall
    rock = ((-190, 60), (-120, 20), (-50, -6), (60, -10), (150, 28), (230, 60))
    lay(picture, ink, shape(_around(x, foot, *rock)))
    lay(picture, blend(light.haze, ink, 0.55), shape(_block(x, foot, 20, 34, tall)))
    for level in (0.22, 0.62):
        half, below = 20 + 14 * level, 20 + 14 * (level + 0.136)
        stripe = _block(x, top + tall * level + 44, half, below, 44)
        lay(picture, scene.accent or (176, 52, 48), shape(stripe), 0.85)
    lay(picture, ink, shape(_around(x, top, (4, 0), (20, 0), (34, tall), (4, tall))), 0.5)
    if scene.time is not Time.DAY:
        side = -1 if x > SIZE / 2 else 1
        beam = ((0, -24), (side * 1100, -170), (side * 1100, 70), (0, -14))
        lay(picture, _LAMP, shape(_around(x, top, *beam)), 0.16)
    lay(picture, ink, shape(_block(x, top, 28, 28, 6), _block(x, top - 34, 1, 20, 28)))
    lay(picture, _LAMP, shape(_block(x, top - 6, 14, 14, 28)))
    if scene.time is not Time.DAY:
        glow(picture, _LAMP, (x, top - 20), 130, 0.8)


def _boat(picture: Image.Image, scene: Scene, light: Light, x: float) -> None:
    y, ink = HORIZON + 78.0, _ink(light, 0.92)
    sails = (((4, -12), (4, -190), (84, -18)), ((-6, -14), (-6, -160), (-62, -20)))
    cloth = scene.accent or blend(light.haze, (255, 255, 255), 0.25)
    lay(picture, cloth, shape(*(_around(x, y, *sail) for sail in sails)), 0.95)
    lay(picture, ink, shape(_block(x, y + 22, 88, 59, 30), _block(x, y, 2, 2, 196)))
    lay(picture, ink, shape(_block(x, y + 68, 60, 28, 44)), 0.22)  # on the water


def _kite(picture: Image.Image, scene: Scene, light: Light, x: float) -> None:
    y, color = 250.0, scene.accent or (222, 70, 60)
    top, right, foot, left = _around(x, y, (0, -84), (56, -8), (-12, 92), (-62, 2))
    lay(picture, color, shape([top, right, foot, left]))
    lay(picture, blend(color, (255, 255, 255), 0.3), shape([top, right, (x - 6, y - 2)]))
    lay(picture, blend(color, _INK, 0.35), shape([foot, left, (x - 6, y - 2)]))
    tail = [(x - 12 + 26 * math.sin(step / 5), y + 92 + step * 7) for step in range(26)]
    lay(picture, _ink(light, 0.7), shape([*tail, *((px + 2.2, py) for px, py in reversed(tail))]))
    bow = ((-16, -8), (16, 8), (16, -8), (-16, 8))
    lay(picture, color, shape(*(_around(px, py, *bow) for px, py in tail[4::6])))


def _balloon(picture: Image.Image, scene: Scene, light: Light, x: float) -> None:
    y, radius, color = 280.0, 92.0, scene.accent or (226, 92, 66)
    lit = blend(color, (255, 240, 210), 0.3)
    for share, paint in ((1.0, blend(color, _INK, 0.25)), (0.72, color), (0.36, lit)):
        lay(picture, paint, shape(_envelope(x, y, radius * share, radius)))
    ropes = [
        _around(x, y, (side * 28, 112), (side * 29.6, 112), (side * 16.6, 160), (side * 15, 160))
        for side in (-1, 1)
    ]
    lay(picture, _ink(light), shape(_block(x, y + 186, 17, 13, 28), *ropes))


def _envelope(x: float, y: float, wide: float, tall: float) -> list[Point]:
    """A circle that is drawn out below."""
    outline = []
    for step in range(120):
        up, aside = math.cos(math.tau * step / 120), math.sin(math.tau * step / 120)
        below = max(0.0, -up)
        outline.append((x + wide * aside * (1 - 0.28 * below**2), y - tall * up * (1.3 if below else 1.0)))
    return outline


def _house(picture: Image.Image, scene: Scene, light: Light, x: float) -> None:
    y, ink = _floor(scene), _ink(light, 0.9)
    chimney = _block(x + 51, y - 120, 11, 11, 58)
    lay(picture, ink, shape(_block(x, y, 92, 92, 84), chimney))
    roof = (236, 240, 248) if scene.has_snow else blend(scene.accent or ink, ink, 0.4)
    lay(picture, roof, shape(_block(x, y - 78, 60, 114, 78)))
    lay(picture, (255, 212, 130), shape(*(_block(x + dx, y - 22, 17, 17, 36) for dx in (-48, 46))))
    if scene.time is not Time.DAY:
        glow(picture, (255, 190, 100), (x, y - 40), 170, 0.4)


def _tree(picture: Image.Image, scene: Scene, light: Light, x: float) -> None:
    if Ground.FOREST in scene.grounds:
        return
    y, ink = _floor(scene) + 40, _ink(light, 0.88)
    crown = blend(scene.accent, ink, 0.35) if scene.accent else ink
    lay(picture, ink, shape(_block(x, y, 9, 22, 190)))
    for dx, dy, radius in ((-72, -200, 70), (66, -210, 76), (0, -270, 96), (-36, -150, 56), (42, -150, 60)):
        lay(picture, crown, disc(x + dx, y + dy, radius))


def _birds(picture: Image.Image, _: Scene, light: Light, x: float) -> None:
    wings = (
        (-1.6, -0.7),
        (-0.7, -0.55),
        (0, 0),
        (0.7, -0.55),
        (1.6, -0.7),
        (0.7, -0.3),
        (0, 0.35),
        (-0.7, -0.3),
    )
    flock = []
    for number in range(-3, 4):
        size = 17 + 3 * (number % 3)
        at = (x + 46 * number + 14 * (number % 2), 290.0 + 26 * abs(number) - 9 * (number % 3))
        flock.append(_around(*at, *((size * right, size * down) for right, down in wings)))
    lay(picture, _ink(light, 0.8), shape(*flock))


_DRAWERS: dict[Thing, Callable[[Image.Image, Scene, Light, float], None]] = {
    Thing.LIGHTHOUSE: _lighthouse,
    Thing.BOAT: _boat,
    Thing.KITE: _kite,
    Thing.BALLOON: _balloon,
    Thing.HOUSE: _house,
    Thing.TREE: _tree,
    Thing.BIRDS: _birds,
}
