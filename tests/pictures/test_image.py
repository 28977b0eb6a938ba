"""Bytes from outside: only whole pictures of a sane size are kept, and each gets a thumbnail."""

from io import BytesIO

import pytest
from PIL import Image

from core.pictures.image import THUMBNAIL_EDGE, NotAPicture, examine
from tests.support.images import picture, png_that_claims

SVG = b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


@pytest.mark.asvs("5.2.2")
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_png_a_jpeg_and_a_webp_are_known_by_their_bytes(kind: str) -> None:
    facts = examine(picture(kind, (40, 20)))
    assert facts[:3] == (f"image/{kind.lower()}", 40, 20)


@pytest.mark.asvs("5.2.2")
@pytest.mark.parametrize(
    "content",
    {
        "nothing": b"",
        "HTML": b"<!doctype html><title>Gone</title>",
        "SVG": SVG,
        "GIF": picture("GIF"),
        "BMP": picture("BMP"),
        "TIFF": picture("TIFF"),
        "the start of a PNG": picture()[:8],
        "a truncated PNG": picture(size=(400, 400))[:-30],
        "a truncated JPEG": picture("JPEG", (400, 400))[:-300],
        "a truncated WebP": picture("WEBP", (400, 400))[:-20],
        "more pixels than we decode": png_that_claims(8000, 8001),
        "a decompression bomb": png_that_claims(60_000, 60_000),
        "an impossible size": png_that_claims(2**31 - 1, 2**31 - 1),
        "no pixels at all": png_that_claims(0, 0),
    }.items(),
    ids=lambda item: item[0],
)
def test_anything_else_is_refused(content: tuple[str, bytes]) -> None:
    with pytest.raises(NotAPicture):
        examine(content[1])


@pytest.mark.parametrize(
    ("size", "shown"),
    [((1536, 1024), (384, 256)), ((1024, 1536), (256, 384)), ((4000, 3), (384, 1)), ((20, 10), (20, 10))],
)
def test_the_thumbnail_is_a_small_webp_of_the_same_shape(
    size: tuple[int, int], shown: tuple[int, int]
) -> None:
    with Image.open(BytesIO(examine(picture(size=size)).thumbnail)) as thumbnail:
        assert (thumbnail.format, thumbnail.size) == ("WEBP", shown)
        assert max(thumbnail.size) <= THUMBNAIL_EDGE


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("PNG", "I;16"), ("PNG", "P"), ("PNG", "LA"), ("PNG", "1"), ("JPEG", "CMYK"), ("JPEG", "L")],
)
def test_every_way_to_store_colours_has_a_thumbnail(kind: str, mode: str) -> None:
    assert examine(picture(kind, mode=mode)).thumbnail


def test_the_thumbnail_stays_transparent_where_the_picture_is() -> None:
    with Image.open(BytesIO(examine(picture(mode="RGBA")).thumbnail)) as thumbnail:
        assert thumbnail.convert("RGBA").getpixel((0, 0)) == (0, 0, 0, 0)


def test_a_jpeg_that_carries_further_pictures_is_a_jpeg() -> None:
    buffer = BytesIO()
    first, second = Image.new("RGB", (8, 8)), Image.new("RGB", (8, 8))
    first.save(buffer, "MPO", save_all=True, append_images=[second])
    assert examine(buffer.getvalue()).content_type == "image/jpeg"
