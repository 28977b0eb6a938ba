"""The sea, which mirrors what is above it."""

import random

from PIL import Image, ImageDraw

from core.provider.drawing.paint import SIZE, blend, gradient, lay, levels, noise, soften
from core.provider.drawing.scene import Color
from core.provider.drawing.sky import HORIZON, Light

_DEPTH = SIZE - HORIZON


def draw_sea(picture: Image.Image, water: Color, light: Light, dice: random.Random) -> None:
    """Put water below the horizon."""
    mirrored = picture.crop((0, HORIZON - _DEPTH, SIZE, HORIZON)).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    smeared = mirrored.resize((96, 212), Image.Resampling.BOX).resize(
        (SIZE, _DEPTH), Image.Resampling.BICUBIC
    )
    depths = gradient([(70, 70, 70), (150, 150, 150), (225, 225, 225)], height=_DEPTH).convert("L")
    sea = Image.composite(Image.new("RGB", smeared.size, water), smeared, depths)
    picture.paste(sea, (0, HORIZON))
    ripples = _ripples(dice)
    lay(picture, blend(water, light.haze, 0.6), ripples.point(levels(138, 5)), 0.5)
    lay(picture, blend(water, (2, 6, 18), 0.5), ripples.point(levels(105, -4)), 0.4)
    _lay_far(picture, light)
    _glitter(picture, light, dice)


def _lay_far(picture: Image.Image, light: Light) -> None:
    """Haze over the water at the horizon."""
    rows = Image.new("L", (1, SIZE), 0)
    for row in range(90):
        rows.putpixel((0, HORIZON + row), round(170 * (1 - row / 90) ** 2))
    lay(picture, light.haze, rows.resize((SIZE, SIZE)))


def _ripples(dice: random.Random) -> Image.Image:
    """Streaks that grow towards the beholder."""
    streaks = Image.new("L", (SIZE, SIZE), 0)
    y = float(HORIZON)
    while y < SIZE:
        thick = 2 + (y - HORIZON) * 0.035
        row = noise(dice, max(6, round(60 - (y - HORIZON) * 0.1)), 1)
        band = row.resize((SIZE, round(thick) + 1), Image.Resampling.BICUBIC)
        streaks.paste(band, (0, round(y)))
        y += thick
    streaks = soften(streaks, 2.4)
    streaks.paste(128, (0, 0, SIZE, HORIZON + 5))  # neither light nor dark
    return streaks


def _glitter(picture: Image.Image, light: Light, dice: random.Random) -> None:
    """The path of the light on the water."""
    dashes = Image.new("L", (SIZE, SIZE), 0)
    pen = ImageDraw.Draw(dashes)
    for _ in range(520):
        depth = dice.random() ** 1.3
        y = HORIZON + 2 + depth * _DEPTH
        x = light.x + dice.gauss(0, 1) * (light.radius * 0.4 + depth * 90)
        wide, thick = (8 + 44 * depth) * dice.uniform(0.4, 1.3), 0.8 + 2.6 * depth
        pen.ellipse((x - wide, y - thick, x + wide, y + thick), fill=round(235 - 120 * depth))
    soft = soften(dashes, 14)
    lay(picture, light.color, soft, 0.45)
    lay(picture, light.color, soften(dashes, 0.8), 0.8)
