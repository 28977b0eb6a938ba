"""A picture keeps what it came with, its Content Credentials too; nothing of ours is written into it."""

import io
import zipfile

import pytest

from core.context import Context
from tests.support.credentials import MANIFEST, signed
from tests.support.database import TestDatabase
from tests.support.faults import answering_bytes
from tests.support.people import Owner, SignedIn
from tests.support.provider_with_files import Files

PROMPT = "a red kite that nobody else may read of"
GENERATIONS = "/api/v1/generations"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
async def test_credentials_survive_from_the_provider_to_every_way_out(
    ada: SignedIn, ctx: Context, database: TestDatabase, files: Files, kind: str
) -> None:
    content = signed(kind)
    assert MANIFEST in content
    files.fault = answering_bytes(content, content_type="image/png")
    generation_id = await Owner(ctx, database, ada.owner_id).make(PROMPT)

    shown = await ada.http.get(f"{GENERATIONS}/{generation_id}/image")
    assert (shown.headers["Content-Type"], shown.content) == (f"image/{kind.lower()}", content)
    for way in (f"{GENERATIONS}/archive?ids={generation_id}", "/api/v1/me/export"):
        assert picture_in((await ada.http.get(way)).content) == content


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
async def test_no_file_in_the_store_has_the_prompt_in_it(owner: Owner, files: Files, kind: str) -> None:
    files.fault = answering_bytes(signed(kind))
    generation_id = await owner.make(PROMPT)
    for is_thumbnail in (False, True):
        stored = await owner.picture(generation_id, is_thumbnail=is_thumbnail)
        assert not any(word.encode() in stored for word in (PROMPT, "kite", "nobody"))


def picture_in(archive: bytes) -> bytes:
    """The only picture of a zip."""
    with zipfile.ZipFile(io.BytesIO(archive)) as pictures:
        [name] = [name for name in pictures.namelist() if not name.endswith(".json")]
        return pictures.read(name)
