"""What a picture's bytes are, and its thumbnail."""

from io import BytesIO
from typing import NamedTuple

from PIL import Image

THUMBNAIL_EDGE = 384
MAX_PIXELS = 64_000_000
_FORMATS = ("PNG", "JPEG", "WEBP")
# A JPEG that carries further pictures opens as MPO.
_CONTENT_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "MPO": "image/jpeg", "WEBP": "image/webp"}


class NotAPicture(Exception):
    """The bytes are not a whole PNG, JPEG or WebP of a sane size."""


class PictureFacts(NamedTuple):
    content_type: str
    width: int
    height: int
    thumbnail: bytes
    """A WebP whose longer edge is `THUMBNAIL_EDGE` pixels at most."""


def examine(content: bytes) -> PictureFacts:
    """Read a picture by its bytes, whatever it was called. Slow: call it in a thread.

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
    small = image.convert("RGBA" if image.has_transparency_data else "RGB")
    small.thumbnail((THUMBNAIL_EDGE, THUMBNAIL_EDGE))
    buffer = BytesIO()
    small.save(buffer, "WEBP", quality=80)
    return buffer.getvalue()
