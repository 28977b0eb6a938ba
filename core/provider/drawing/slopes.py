"""What is seen on a ridge: rock and grass in the light, snow, and the windows of a city."""

import random
from typing import NamedTuple

from PIL import Image, ImageChops, ImageDraw

from core.provider.drawing.outlines import Outlines
from core.provider.drawing.paint import SIZE, blend, cloud, lay, levels, shape, soften
from core.provider.drawing.scene import Color, Ground, Scene, Time
from core.provider.drawing.sky import Light

SNOW: Color = (236, 242, 250)
BRIGHTNESS = {Time.NIGHT: 0.3, Time.DAWN: 0.85, Time.DAY: 1.0, Time.DUSK: 0.6}
_LIT_WINDOWS = {Time.NIGHT: 0.4, Time.DUSK: 0.3, Time.DAWN: 0.12, Time.DAY: 0.06}
_RELIEF = {Ground.MOUNTAINS: 0.3, Ground.HILLS: 0.11, Ground.DESERT: 0.11}


class Ridge(NamedTuple):
    """A ridge as it was painted; its depth is 0 at the horizon and 1 up close."""

    mask: Image.Image
    outlines: Outlines
    color: Color
    depth: float


class Slopes:
    """Draws on the ridges of a ground."""

    def __init__(self, ground: Ground, scene: Scene, light: Light, dice: random.Random) -> None:
        self._ground, self._scene, self._light, self._dice = ground, scene, light, dice
        self._snow = blend((12, 20, 44), blend(SNOW, light.haze, 0.35), 0.35 + 0.65 * BRIGHTNESS[scene.time])
        self._texture = _slanting(dice)

    def draw(self, picture: Image.Image, ridge: Ridge) -> None:
        """Draw on a ridge what its ground has."""
        if self._ground in _RELIEF:
            self._lay_relief(picture, ridge)
        if self._ground is Ground.CITY:
            self._light_windows(picture, ridge)
        if self._ground is Ground.MOUNTAINS:
            self._lay_caps(picture, ridge)
        elif self._scene.has_snow:
            self._lay_fresh_snow(picture, ridge)

    def _lay_relief(self, picture: Image.Image, ridge: Ridge) -> None:
        """Lit and shaded slopes."""
        texture, strength = _window(self._texture, self._dice), _RELIEF[self._ground]
        lit = ImageChops.multiply(texture.point(levels(132, 6)), ridge.mask)
        lay(picture, blend(ridge.color, self._light.color, 0.45), lit, strength)
        shaded = ImageChops.multiply(texture.point(levels(122, -6)), ridge.mask)
        lay(picture, blend(ridge.color, (6, 10, 24), 0.6), shaded, strength)

    def _lay_caps(self, picture: Image.Image, ridge: Ridge) -> None:
        """Snow on the peaks, with a ragged lower edge; more of it in winter."""
        line = ridge.outlines[0]
        limit = (760 if self._scene.has_snow else 400) + 260 * ridge.depth
        lower = [(x, y + max(0.0, (limit - y) * 0.5 + self._dice.uniform(-16, 22))) for x, y in line]
        caps = ImageChops.multiply(shape([*line, *reversed(lower)]), ridge.mask)
        lay(picture, self._snow, caps, 0.85 - 0.3 * ridge.depth)

    def _lay_fresh_snow(self, picture: Image.Image, ridge: Ridge) -> None:
        """On all that looks up, which is what a mask has and its copy some pixels lower has not."""
        lower = ImageChops.offset(ridge.mask, 0, round(3 + 5 * ridge.depth))
        edge = ImageChops.multiply(ridge.mask, ImageChops.invert(lower))
        lay(picture, self._snow, soften(edge, 1), 0.45)
        floor = shape([(-8, SIZE + 8), *ridge.outlines[0], (SIZE + 8, SIZE + 8)])
        if self._ground is Ground.FOREST:
            lay(picture, blend(self._light.haze, self._snow, 0.4 + 0.6 * ridge.depth), floor, 0.9)

    def _light_windows(self, picture: Image.Image, ridge: Ridge) -> None:
        """Windows in straight rows, some of them lit."""
        windows = self._windows(3 + 4 * ridge.depth, 4 + 5 * ridge.depth)
        for dx, dy in ((-5, 0), (5, 0), (0, 6)):  # not at the edges of a building
            windows = ImageChops.multiply(windows, ImageChops.offset(ridge.mask, dx, dy))
        halo = soften(windows, 7)
        lay(picture, (255, 168, 84), halo.point(levels(0, 2)), 0.3)
        lay(picture, (255, 220, 150), windows, 0.9)

    def _windows(self, width: float, height: float) -> Image.Image:
        mask = Image.new("L", (SIZE, SIZE), 0)
        pen, lit = ImageDraw.Draw(mask), _LIT_WINDOWS[self._scene.time]
        for column in range(int(SIZE / (width * 2.6))):
            for row in range(int(SIZE / (height * 2.2))):
                if self._dice.random() < lit:
                    x, y = column * width * 2.6, 240 + row * height * 2.2
                    pen.rectangle((x, y, x + width, y + height), fill=self._dice.randint(90, 255))
        return mask


def _slanting(dice: random.Random) -> Image.Image:
    """Noise that runs down to one side, as light falls on rock and grass."""
    slope = dice.choice([-0.9, 0.9])
    sheared = (1, slope, -slope * SIZE / 2, 0, 1, 0)
    return cloud(dice, 12, 4).transform((SIZE, SIZE), Image.Transform.AFFINE, sheared)


def _window(texture: Image.Image, dice: random.Random) -> Image.Image:
    """Some part of a texture, in the size of a picture."""
    part = SIZE * 5 // 8
    left, top = dice.randint(SIZE // 8, SIZE // 4), dice.randint(0, SIZE - part)
    return texture.resize((SIZE, SIZE), Image.Resampling.BILINEAR, (left, top, left + part, top + part))
