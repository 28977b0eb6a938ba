"""The ground of the moon: gray plains with craters."""

import random

from PIL import Image, ImageChops, ImageDraw

from core.provider.drawing.outlines import waves
from core.provider.drawing.paint import SIZE, blend, cloud, gradient, lay, levels, shape, soften
from core.provider.drawing.scene import Color


def draw_moon_ground(picture: Image.Image, rock: Color, dice: random.Random) -> None:
    """Three plains, one before the other."""
    for number, base in enumerate((640, 700, 790)):
        plain = shape([(-8, SIZE + 8), *waves(dice, base, 26 + 10 * number), (SIZE + 8, SIZE + 8)])
        top = blend(rock, (230, 230, 236), 0.5 - 0.14 * number)
        paint = Image.new("RGB", picture.size, blend(rock, (10, 12, 20), 0.55))
        paint.paste(gradient([top, blend(top, (12, 14, 22), 0.72)], height=SIZE - base + 60), (0, base - 60))
        lay(picture, paint, plain)
        dust = ImageChops.multiply(cloud(dice, 10, 22).point(levels(130, 5)), plain)
        lay(picture, blend(rock, (6, 8, 14), 0.7), dust, 0.35)
        _draw_craters(picture, base, dice, number + 1)


def _draw_craters(picture: Image.Image, base: float, dice: random.Random, nearness: int) -> None:
    """Each has its rim in the light and its floor in the dark."""
    rims, floors = (Image.new("L", picture.size, 0) for _ in range(2))
    for _ in range(5):
        x, y = dice.uniform(0, SIZE), base + dice.uniform(70, 150)
        wide = 14 + 26 * dice.random() * nearness
        ImageDraw.Draw(rims).ellipse((x - wide, y - wide * 0.27, x + wide, y + wide * 0.33), fill=255)
        wide *= 0.94
        ImageDraw.Draw(floors).ellipse(
            (x - wide, y - wide * 0.32, x + wide * 0.98, y + wide * 0.27), fill=255
        )
    lay(picture, (212, 214, 220), soften(rims, 1.5), 0.6)
    lay(picture, (22, 24, 34), soften(floors, 1.5), 0.6)
