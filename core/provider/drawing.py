"""The demo's pictures: soft hills under a sun, in colours and shapes drawn from the prompt's letters."""

import hashlib
import math
import random
from io import BytesIO

from PIL import Image, ImageDraw, ImageFilter

SIZE = 1024

Colour = tuple[int, int, int]


def draw_picture(prompt: str) -> bytes:
    """A PNG of `SIZE` by `SIZE` pixels; equal prompts give equal pictures."""
    seed = hashlib.sha256(prompt.encode("utf-8", "replace")).digest()
    dice = random.Random(seed)  # noqa: S311  (a picture, not a secret)
    hue = dice.random()
    picture = _sky(hue)
    _draw_sun(picture, dice, hue)
    for layer in range(5):
        picture = _with_hill(picture, dice, hue, depth=layer / 4)
    buffer = BytesIO()
    picture.save(buffer, "PNG", compress_level=3)
    return buffer.getvalue()


def _sky(hue: float) -> Image.Image:
    top, bottom = _colour(hue, 0.55, 0.62), _colour(hue + 0.12, 0.75, 0.9)
    column = Image.new("RGB", (1, SIZE))
    for y in range(SIZE):
        column.putpixel((0, y), _blend(top, bottom, y / SIZE))
    return column.resize((SIZE, SIZE))


def _draw_sun(picture: Image.Image, dice: random.Random, hue: float) -> None:
    radius = dice.randint(70, 150)
    x, y = dice.randint(200, SIZE - 200), dice.randint(180, 420)
    glow = Image.new("L", picture.size, 0)
    ImageDraw.Draw(glow).ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    soft = glow.filter(ImageFilter.GaussianBlur(radius // 2))
    picture.paste(_colour(hue + 0.14, 0.9, 0.95), mask=soft)
    picture.paste(_colour(hue + 0.15, 0.95, 0.97), mask=glow.filter(ImageFilter.GaussianBlur(1)))


def _with_hill(picture: Image.Image, dice: random.Random, hue: float, *, depth: float) -> Image.Image:
    base = SIZE * (0.48 + 0.42 * depth)
    waves = [(dice.uniform(0.6, 3.2), dice.uniform(0, math.tau), dice.uniform(12, 60)) for _ in range(3)]
    ridge = [
        (x, base + sum(h * math.sin(math.tau * f * x / SIZE + p) for f, p, h in waves))
        for x in range(0, SIZE + 8, 8)
    ]
    mask = Image.new("L", picture.size, 0)
    ImageDraw.Draw(mask).polygon([(0, SIZE), *ridge, (SIZE, SIZE)], fill=255)
    layer = picture.copy()
    colour = _colour(hue - 0.08 * depth, 0.45 + 0.1 * depth, 0.62 - 0.42 * depth)
    layer.paste(colour, mask=mask.filter(ImageFilter.GaussianBlur(1)))
    return layer


def _colour(hue: float, saturation: float, lightness: float) -> Colour:
    def channel(n: float) -> int:
        k = (n + hue * 12) % 12
        amplitude = saturation * min(lightness, 1 - lightness)
        return round(255 * (lightness - amplitude * max(-1, min(k - 3, 9 - k, 1))))

    return channel(0), channel(8), channel(4)


def _blend(start: Colour, end: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(start, end, strict=True))
    return red, green, blue
