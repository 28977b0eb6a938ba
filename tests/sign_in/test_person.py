"""What a provider says of a person: the best of its names, and their picture."""

import httpx
import pytest

from tests.sign_in.flow import sign_in
from tests.sign_in.identity_provider import IdentityProvider
from tests.support.database import TestDatabase

PICTURE = "https://a.test/ada.png"


@pytest.mark.parametrize(
    ("claims", "kept"),
    [
        ({"name": "Ada Lovelace", "preferred_username": "ada99"}, ("Ada Lovelace", None)),
        ({"name": None, "preferred_username": "ada99", "email": "ada@a.test"}, ("ada99", None)),
        ({"name": "", "email": "ada@a.test"}, ("ada@a.test", None)),
        ({"name": None, "picture": PICTURE}, ("ada", PICTURE)),
        ({"name": ["Ada"], "picture": 7}, ("['Ada']", None)),
        ({"name": "A\x00da \ud800", "picture": f"{PICTURE}\x00\ud800"}, ("Ada ?", f"{PICTURE}?")),
    ],
)
async def test_what_is_kept_of_a_person(
    claims: dict[str, object],
    kept: tuple[str, str | None],
    identity_provider: IdentityProvider,
    browser: httpx.AsyncClient,
    database: TestDatabase,
) -> None:
    identity_provider.claims = claims
    await sign_in(browser)
    [row] = database.run("SELECT name, picture FROM login_sessions")
    assert (row["name"], row["picture"]) == kept
    assert (await browser.get("/dashboard")).status_code == 200
