"""The format and size of a picture, read from its bytes, and its thumbnail."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import NamedTuple

from PIL import Image

THUMBNAIL_EDGE = 384
# Three times what the models draw. Decoding takes up to 18 bytes for each pixel, also of a small file.
MAX_PIXELS = 25_000_000
_FORMATS = ("PNG", "JPEG", "WEBP")
# A JPEG file with several pictures opens as MPO.
_CONTENT_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "MPO": "image/jpeg", "WEBP": "image/webp"}

_THREADS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="pictures")


class NotAPicture(Exception):
    """The bytes are not a complete PNG, JPEG or WebP of at most `MAX_PIXELS`."""


class PictureFacts(NamedTuple):
    """A picture's MIME type, its size in pixels, and its thumbnail."""

    content_type: str
    width: int
    height: int
    thumbnail: bytes
    """A WebP file; its longer edge has at most `THUMBNAIL_EDGE` pixels."""


async def examine_aside(content: bytes) -> PictureFacts:
    """`examine` in one of two threads; not more, because each may need hundreds of megabytes."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, examine, content)


def examine(content: bytes) -> PictureFacts:
    """Decode a picture; its format is read from the bytes alone. Raises `NotAPicture`."""
    try:
        with Image.open(BytesIO(content), formats=_FORMATS) as image:
            _check_size(image)
            image.load()  # decodes everything, and raises for a truncated file
            facts = (_CONTENT_TYPES[str(image.format)], image.width, image.height)
            return PictureFacts(*facts, _thumbnail(image))
    except NotAPicture:
        raise
    except Exception as error:  # decoders raise errors of any kind on a broken file
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
