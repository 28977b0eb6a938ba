"""What is in the folder of a checkout, and is nobody's to read."""

import httpx
import pytest

from tests.support.people import SignedIn


@pytest.mark.asvs("13.4.1", "13.4.3")
@pytest.mark.parametrize(
    "path",
    [
        "/.git/config",
        "/.git/HEAD",
        "/.env",
        "/main.py",
        "/assets/.git/config",
        "/assets/..%2f..%2f.git/config",
        "/assets/..%2f..%2fmain.py",
        "/assets/",
        "/assets",
        "/_nicegui/",
        "/api/docs/static/",
    ],
)
async def test_only_files_of_the_screens_are_served_and_no_folder(
    http: httpx.AsyncClient, ada: SignedIn, path: str
) -> None:
    for client in (http, ada.http):
        assert (await client.get(path)).status_code == 404
