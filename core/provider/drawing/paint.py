"""Paint: colors, gradients, clouds of noise, and how they are laid over each other."""

import math
import random
from collections.abc import Sequence
from functools import lru_cache

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from core.provider.drawing.scene import Color

SIZE = 1024
Point = tuple[float, float]
_FINE = 3.0


def blend(start: Color, end: Color, share: float) -> Color:
    """The color between two, at `share` of the way."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(start, end, strict=True))
    return red, green, blue


def gradient(colors: Sequence[Color], *, height: int = SIZE) -> Image.Image:
    """A picture whose rows go from the first color to the last, evenly."""
    column = Image.new("RGB", (1, height))
    steps = len(colors) - 1
    for y in range(height):
        at = y / max(1, height - 1) * steps
        first = min(int(at), steps - 1)
        column.putpixel((0, y), blend(colors[first], colors[first + 1], at - first))
    return column.resize((SIZE, height))


def noise(dice: random.Random, width: int, height: int) -> Image.Image:
    """Gray pixels, each by itself."""
    return Image.frombytes("L", (width, height), dice.randbytes(width * height))


def cloud(dice: random.Random, columns: int, rows: int) -> Image.Image:
    """Soft noise in the size of a picture: large shapes with smaller ones in them."""
    size = (SIZE // 2, SIZE // 2)
    whole = Image.new("L", size, 128)
    for octave, share in ((1, 1.0), (2, 0.42), (4, 0.26), (8, 0.16), (16, 0.1)):
        grains = noise(dice, columns * octave, rows * octave).resize(size, Image.Resampling.BICUBIC)
        whole = Image.blend(whole, grains, share)
    return whole.resize((SIZE, SIZE), Image.Resampling.BICUBIC)


def shape(*outlines: Sequence[Point]) -> Image.Image:
    """A mask of those polygons, with smooth edges."""
    mask = Image.new("L", (SIZE * 2, SIZE * 2), 0)
    pen = ImageDraw.Draw(mask)
    for outline in outlines:
        pen.polygon([(x * 2, y * 2) for x, y in outline], fill=255)
    return mask.reduce(2)


def disc(x: float, y: float, radius: float) -> Image.Image:
    """The mask of a circle."""
    turn = [math.tau * step / 180 for step in range(180)]
    return shape([(x + radius * math.cos(angle), y + radius * math.sin(angle)) for angle in turn])


def levels(start: int, slope: int) -> list[int]:
    """For `Image.point`: nothing at `start`, and from there up, or down, by the slope."""
    return [max(0, min(255, (level - start) * slope)) for level in range(256)]


def lay(picture: Image.Image, paint: Color | Image.Image, mask: Image.Image, strength: float = 1.0) -> None:
    """Put paint onto a picture where the mask is."""
    box = mask.getbbox()
    if box is None:
        return
    mask = mask.crop(box)
    if strength < 1:
        mask = mask.point([round(level * strength) for level in range(256)])
    picture.paste(paint if isinstance(paint, tuple) else paint.crop(box), box, mask)


def soften(mask: Image.Image, radius: float) -> Image.Image:
    """Blur a mask; where nobody sees a difference, a smaller one."""
    if radius < _FINE:
        return mask.filter(ImageFilter.BoxBlur(radius))
    small = mask.reduce(4).filter(ImageFilter.GaussianBlur(radius / 4))
    return small.resize(mask.size, Image.Resampling.BICUBIC)


def glow(picture: Image.Image, color: Color, at: Point, radius: float, strength: float) -> None:
    """Put light around a point, which fades with the distance."""
    size = max(2, round(radius * 2))
    place = (round(at[0] - radius), round(at[1] - radius))
    light = Image.new("L", picture.size, 0)
    light.paste(_falling_off().resize((size, size), Image.Resampling.BICUBIC), place)
    light = light.point([round(level * strength) for level in range(256)])
    colored = Image.composite(Image.new("RGB", picture.size, color), Image.new("RGB", picture.size), light)
    picture.paste(ImageChops.screen(picture, colored))


@lru_cache(maxsize=1)
def _falling_off() -> Image.Image:
    """Light that is full in the middle and gone at the edge."""
    return Image.radial_gradient("L").point(
        [round(255 * max(0.0, 1 - level / 180) ** 2.2) for level in range(256)]
    )


def finish(picture: Image.Image, dice: random.Random) -> Image.Image:
    """Bloom, darker corners and grain: what makes one picture of the layers."""
    soft = (
        picture.reduce(4).filter(ImageFilter.GaussianBlur(9)).resize((SIZE, SIZE), Image.Resampling.BICUBIC)
    )
    picture = Image.blend(picture, ImageChops.screen(picture, soft), 0.16)
    corners = Image.radial_gradient("L").resize((SIZE, SIZE), Image.Resampling.BICUBIC, (40, 40, 216, 216))
    shade = corners.point([round(255 - 80 * max(0.0, level / 255 - 0.4)) for level in range(256)])
    picture = ImageChops.multiply(picture, Image.merge("RGB", (shade,) * 3))
    grain = noise(dice, SIZE, SIZE).point([round(122 + level * 12 / 255) for level in range(256)])
    return ImageChops.add(picture, Image.merge("RGB", (grain,) * 3), offset=-128)
