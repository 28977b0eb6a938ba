"""What a picture's bytes are, and its thumbnail."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import NamedTuple

from PIL import Image

THUMBNAIL_EDGE = 384
# Three times what the models draw. Decoding takes up to 18 bytes a pixel, whatever the size of the file.
MAX_PIXELS = 25_000_000
_FORMATS = ("PNG", "JPEG", "WEBP")
# A JPEG that carries further pictures opens as MPO.
_CONTENT_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "MPO": "image/jpeg", "WEBP": "image/webp"}

_THREADS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="pictures")


class NotAPicture(Exception):
    """The bytes are not a whole PNG, JPEG or WebP of a sane size."""


class PictureFacts(NamedTuple):
    content_type: str
    width: int
    height: int
    thumbnail: bytes
    """A WebP whose longer edge is `THUMBNAIL_EDGE` pixels at most."""


async def examine_aside(content: bytes) -> PictureFacts:
    """`examine` in a thread, of which there are two: each may need hundreds of megabytes."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, examine, content)


def examine(content: bytes) -> PictureFacts:
    """Read a picture by its bytes, whatever it was called.

    Raises `NotAPicture`.
    """
    try:
        with Image.open(BytesIO(content), formats=_FORMATS) as image:
            _check_size(image)
            image.load()  # decodes all of it: a truncated file ends here
            facts = (_CONTENT_TYPES[str(image.format)], image.width, image.height)
            return PictureFacts(*facts, _thumbnail(image))
    except NotAPicture:
        raise
    except Exception as error:  # decoders raise whatever a broken file makes them stumble over
        raise NotAPicture(type(error).__name__) from error


def _check_size(image: Image.Image) -> None:
    if image.width * image.height > MAX_PIXELS:
        raise NotAPicture("too many pixels")


def _thumbnail(image: Image.Image) -> bytes:
    mode = "RGBA" if image.has_transparency_data else "RGB"
    small = image if image.mode == mode else image.convert(mode)
    small.thumbnail((THUMBNAIL_EDGE, THUMBNAIL_EDGE))
    buffer = BytesIO()
    small.save(buffer, "WEBP", quality=80)
    return buffer.getvalue()
