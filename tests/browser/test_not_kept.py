"""Pictures that only the image service has so far, among one's pictures."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import expect

from tests.browser.studio import MODEL, Studio
from tests.support.servers import EaselProcess
from ui.assets import asset_url

pytestmark = pytest.mark.long


def add_unkept_row(studio: Studio, address: str) -> tuple[str, str]:
    """Ids of the owner and of a generation whose picture is at that address."""
    [row] = studio.database.run(
        """
        INSERT INTO generations (owner_id, prompt, status, result_url, charge, model, finished_at)
        SELECT owner_id, 'a red kite', 'succeeded', %s, 'charged', %s, now() FROM login_sessions
        RETURNING owner_id, id
        """,
        address,
        MODEL,
    )
    return str(row["owner_id"]), str(row["id"])


def keep(studio: Studio, pictures: Path, owner_id: str, generation_id: str) -> None:
    """What the loop does once the copy succeeds."""
    (pictures / owner_id).mkdir(exist_ok=True)
    for name in (generation_id, f"{generation_id}.thumb"):
        content = BytesIO()
        Image.new("RGB", (8, 8)).save(content, "WEBP")
        (pictures / owner_id / name).write_bytes(content.getvalue())
    studio.database.run(
        "UPDATE generations SET stored_at = now(), picture_type = 'image/webp', picture_width = 8,"
        " picture_height = 8"
    )


async def test_they_can_be_had_at_once_and_the_note_goes_when_they_are_kept(
    studio: Studio, served_easel: EaselProcess
) -> None:
    page = await studio.visit("/dashboard")
    address = studio.url + asset_url("favicon.svg")  # our own, as tests let no page ask another site
    owner_id, generation_id = add_unkept_row(studio, address)
    await page.goto(f"{studio.url}/dashboard/generate")
    tile = page.get_by_role("button", name="a red kite")
    await expect(tile).to_have_text("Not kept yet. Open it to download it now.")
    await tile.click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("Not kept yet: the image service deletes this picture")
    await expect(dialog.get_by_role("img")).to_have_attribute("src", address)
    await expect(dialog.get_by_role("link", name="Download")).to_have_attribute("href", address)
    await dialog.get_by_role("button", name="Close").click()

    keep(studio, served_easel.log.parent / "data" / "pictures", owner_id, generation_id)
    await expect(tile.locator("img")).to_be_visible(timeout=15_000)
    await tile.click()
    await expect(dialog).not_to_contain_text("Not kept yet")
    ours = f"/api/v1/generations/{generation_id}/image"
    await expect(dialog.get_by_role("link", name="Download")).to_have_attribute("href", ours)
