"""A picture of the demo, from its prompt to the bytes of its file."""

import hashlib
import random
from io import BytesIO

from PIL import Image

from core.provider.drawing.grounds import draw_grounds
from core.provider.drawing.paint import finish
from core.provider.drawing.scene import read_scene
from core.provider.drawing.sky import draw_sky, let_snow_fall, place_light
from core.provider.drawing.things import draw_things


def draw_picture(prompt: str) -> bytes:
    """A PNG of `SIZE` by `SIZE` pixels, without a word of the prompt; equal prompts give equal pictures."""
    seed = hashlib.sha256(prompt.encode("utf-8", "replace")).digest()
    dice = random.Random(seed)  # noqa: S311  (a picture, not a secret)
    scene = read_scene(prompt, dice)
    light = place_light(scene, dice)
    picture = draw_sky(scene, light, dice)
    draw_grounds(picture, scene, light, dice)
    draw_things(picture, scene, light, dice)
    if scene.has_snow:
        let_snow_fall(picture, dice)
    return _saved(finish(picture, dice))


def _saved(picture: Image.Image) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()
