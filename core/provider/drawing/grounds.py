"""What is below the sky: land or a city, ridge before ridge; the sea; the moon."""

import random

from PIL import Image

from core.provider.drawing.moon import draw_moon_ground
from core.provider.drawing.outlines import OUTLINES, Outlines
from core.provider.drawing.paint import SIZE, blend, gradient, lay, shape
from core.provider.drawing.scene import Color, Ground, Scene, Time
from core.provider.drawing.sky import Light
from core.provider.drawing.slopes import BRIGHTNESS, SNOW, Ridge, Slopes
from core.provider.drawing.water import draw_sea

_LANDS: dict[Ground, Color] = {
    Ground.MOUNTAINS: (44, 62, 92),
    Ground.FOREST: (20, 52, 52),
    Ground.CITY: (26, 30, 52),
    Ground.DESERT: (176, 104, 62),
    Ground.HILLS: (42, 92, 78),
    Ground.SEA: (14, 52, 84),
    Ground.MOON: (118, 120, 128),
}


def draw_grounds(picture: Image.Image, scene: Scene, light: Light, dice: random.Random) -> None:
    """Put the grounds of a scene before its sky; all but the last leave room for the next."""
    for ground in scene.grounds:
        if ground is Ground.SEA:
            draw_sea(picture, _land_color(ground, scene), light, dice)
        elif ground is Ground.MOON:
            draw_moon_ground(picture, _land_color(ground, scene), dice)
        else:
            is_behind = ground is not scene.grounds[-1]
            _draw_ridges(picture, ground, scene, light, dice, count=3 if is_behind else 5)


def _land_color(ground: Ground, scene: Scene) -> Color:
    """The color of a ground up close."""
    land = _LANDS[ground]
    if scene.tint:
        land = blend(land, scene.tint, 0.3)
    if scene.has_snow and ground in {Ground.HILLS, Ground.DESERT}:
        land = blend(land, SNOW, 0.72)
    return blend((4, 8, 18), land, BRIGHTNESS[scene.time])


def _draw_ridges(
    picture: Image.Image, ground: Ground, scene: Scene, light: Light, dice: random.Random, *, count: int
) -> None:
    """From the far and pale to the near and dark; few stay in the distance."""
    land, slopes = _land_color(ground, scene), Slopes(ground, scene, light, dice)
    for number in range(count):
        depth = (number + 0.3) / count * (1.0 if count > len(Time) else 0.5)
        color = blend(light.haze, land, 0.25 + 0.75 * depth)
        ridge = _lay_ridge(
            picture, OUTLINES[ground](dice, depth), color, blend(light.haze, land, 0.7 * depth)
        )
        slopes.draw(picture, Ridge(*ridge, color, depth))
        if scene.has_mist or number < count - 1:
            _lay_mist(picture, light, 520 + 420 * depth, 0.75 if scene.has_mist else 0.2)


def _lay_ridge(
    picture: Image.Image, outlines: Outlines, top: Color, foot: Color
) -> tuple[Image.Image, Outlines]:
    """Paint what is below the outlines, paler towards its foot, where the air is thick."""
    line, *rising = outlines
    mask = shape([(-8, SIZE + 8), *line, (SIZE + 8, SIZE + 8)], *rising)
    highest = max(0, round(min(y for outline in outlines for _, y in outline)))
    paint = Image.new("RGB", picture.size, foot)
    paint.paste(gradient([top, top, foot], height=max(2, min(420, SIZE - highest))), (0, highest))
    lay(picture, paint, mask)
    return mask, outlines


def _lay_mist(picture: Image.Image, light: Light, y: float, strength: float) -> None:
    """A band of haze around a height."""
    rows = Image.new("L", (1, SIZE))
    for row in range(SIZE):
        rows.putpixel((0, row), round(255 * max(0.0, 1 - abs(row - y) / 150) ** 1.6))
    lay(picture, light.haze, rows.resize((SIZE, SIZE)), strength)
