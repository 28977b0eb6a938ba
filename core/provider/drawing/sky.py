"""The sky: its colors by the time of day, sun or moon, stars, clouds, falling snow."""

import random
from typing import NamedTuple

from PIL import Image, ImageChops, ImageDraw

from core.provider.drawing.paint import SIZE, blend, cloud, disc, glow, gradient, lay, levels, soften
from core.provider.drawing.scene import Color, Ground, Scene, Time

HORIZON = 600

_SKIES: dict[Time, tuple[tuple[Color, ...], ...]] = {
    Time.NIGHT: (
        ((5, 8, 24), (11, 22, 54), (28, 50, 94), (58, 84, 124)),
        ((8, 6, 28), (24, 18, 62), (56, 44, 104), (104, 78, 132)),
        ((3, 12, 26), (8, 34, 56), (20, 66, 86), (58, 108, 116)),
    ),
    Time.DAWN: (
        ((94, 134, 190), (176, 178, 212), (240, 196, 190), (255, 228, 196)),
        ((120, 150, 190), (200, 196, 206), (248, 214, 186), (255, 238, 210)),
    ),
    Time.DAY: (
        ((52, 128, 204), (104, 174, 226), (166, 212, 238), (226, 241, 244)),
        ((40, 138, 190), (104, 186, 212), (178, 220, 222), (240, 244, 226)),
    ),
    Time.DUSK: (
        ((38, 36, 88), (110, 62, 118), (222, 108, 96), (255, 196, 128)),
        ((28, 46, 92), (84, 84, 134), (214, 132, 112), (252, 206, 142)),
        ((52, 28, 78), (146, 52, 104), (240, 106, 92), (255, 184, 112)),
    ),
}
_SUNS: dict[Time, Color] = {
    Time.NIGHT: (255, 214, 160),
    Time.DAWN: (255, 246, 220),
    Time.DAY: (255, 252, 232),
    Time.DUSK: (255, 232, 178),
}
_MOON: Color = (238, 238, 226)


class Light(NamedTuple):
    """Where the sun or the moon stands, and the colors that it gives to all that is below."""

    x: float
    y: float
    radius: float
    color: Color
    sky: tuple[Color, ...]
    """From the top to the horizon."""

    @property
    def haze(self) -> Color:
        """The color of what is far away."""
        return self.sky[-1]


def place_light(scene: Scene, dice: random.Random) -> Light:
    """The light of a scene."""
    sky = dice.choice(_SKIES[scene.time])
    x = SIZE * dice.choice([dice.uniform(0.24, 0.4), dice.uniform(0.6, 0.76)])
    is_high = scene.time in {Time.DAY, Time.NIGHT}
    y = dice.uniform(170, 290) if is_high else dice.uniform(400, 500)
    radius = dice.uniform(58, 84)
    if Ground.MOON in scene.grounds:
        return Light(x, 270, 120, (96, 156, 220), ((3, 4, 10), (6, 8, 18), (10, 12, 26), (22, 26, 44)))
    tint = scene.tint or scene.light
    if tint:
        share = 0.18 if tint == scene.light else 0.42
        sky = tuple(blend(each, _dimmed(tint, scene.time), share) for each in sky)
    color = scene.light or (_MOON if scene.is_moonlit else _SUNS[scene.time])
    return Light(x, y, radius, color, sky)


def _dimmed(tint: Color, time: Time) -> Color:
    return blend(tint, (6, 8, 24), 0.55) if time is Time.NIGHT else tint


def draw_sky(scene: Scene, light: Light, dice: random.Random) -> Image.Image:
    """The sky with all that is in it."""
    picture = gradient([*light.sky, light.haze], height=SIZE)
    picture.paste(gradient(light.sky, height=HORIZON + 40))
    if scene.has_stars:
        _draw_stars(picture, light, dice)
    glow(picture, blend(light.color, light.haze, 0.3), (light.x, light.y), 620, 0.55)
    glow(picture, light.color, (light.x, light.y), light.radius * 2.6, 0.6)
    _draw_body(picture, scene, light, dice)
    if scene.has_clouds:
        _draw_clouds(picture, scene, light, dice)
    return picture


def _draw_stars(picture: Image.Image, light: Light, dice: random.Random) -> None:
    stars = Image.new("L", picture.size, 0)
    pen = ImageDraw.Draw(stars)
    for _ in range(420):
        x, y = dice.uniform(0, SIZE), dice.random() ** 1.5 * HORIZON
        radius = 0.5 + dice.random() ** 6 * 1.6
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=dice.randint(60, 255))
    lay(picture, (255, 250, 240), soften(stars, 0.6))
    band = cloud(dice, 3, 5).point([max(0, min(90, level - 134)) for level in range(256)])
    lay(picture, blend(light.haze, (150, 150, 220), 0.35), band, 0.7)


def _draw_body(picture: Image.Image, scene: Scene, light: Light, dice: random.Random) -> None:
    mask = disc(light.x, light.y, light.radius)
    lay(picture, light.color, mask)
    if scene.is_moonlit or Ground.MOON in scene.grounds:
        seas = cloud(dice, 9, 9).point(levels(126, 7))
        spots = Image.composite(seas, Image.new("L", seas.size, 0), mask)
        of_earth = Ground.MOON in scene.grounds
        spot = (240, 246, 250) if of_earth else blend(light.color, (60, 70, 92), 0.45)
        lay(picture, spot, soften(spots, 2), 0.6)
        away = disc(light.x - light.radius * 0.5, light.y - light.radius * 0.3, light.radius * 1.2)
        night = ImageChops.multiply(mask, ImageChops.invert(soften(away, 24)))
        lay(picture, light.sky[1], night, 0.9 if of_earth else 0.35)
    else:
        core = soften(disc(light.x, light.y, light.radius * 0.86), 14)
        lay(picture, blend(light.color, (255, 255, 255), 0.3), core, 0.6)


def _draw_clouds(picture: Image.Image, scene: Scene, light: Light, dice: random.Random) -> None:
    """Long and thin, lit from below."""
    rows = Image.new("L", (1, SIZE))
    for row in range(HORIZON):
        rows.putpixel((0, row), round(255 * max(0.0, 1 - abs(row / SIZE - 0.33) / 0.45)))
    mask = ImageChops.multiply(cloud(dice, 3, 11).point(levels(136, 6)), rows.resize((SIZE, SIZE)))
    is_dark = scene.time in {Time.NIGHT, Time.DUSK}
    shade = blend(light.sky[1], light.color, 0.35 if is_dark else 0.75)
    lay(picture, shade, mask, 0.55)
    lit = mask.point(levels(150, 2))
    lay(picture, blend(light.color, light.haze, 0.4), lit, 0.5)


def let_snow_fall(picture: Image.Image, dice: random.Random) -> None:
    """Flakes before everything, the near ones large and soft."""
    for count, size, blur, strength in ((420, 1.6, 0.6, 0.8), (120, 3.2, 1.4, 0.75), (22, 8.0, 5.0, 0.5)):
        flakes = Image.new("L", picture.size, 0)
        pen = ImageDraw.Draw(flakes)
        for _ in range(count):
            x, y, radius = dice.uniform(0, SIZE), dice.uniform(0, SIZE), size * dice.uniform(0.6, 1.3)
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
        lay(picture, (252, 253, 255), soften(flakes, blur), strength)
