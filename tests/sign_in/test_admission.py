"""Who may come in to a hosted Easel, by what a provider says of them at each sign-in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from core.services import Person
from core.settings import Settings
from core.sign_in.admission import is_admitted
from tests.sign_in.conftest import oidc_settings
from tests.sign_in.flow import browser_of, is_signed_in, problem_of, sign_in
from tests.sign_in.identity_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    ORGANISATIONS,
    TOKEN,
    USERINFO,
    IdentityProvider,
)
from tests.support.application import Started, make_settings, started_app
from tests.support.database import TestDatabase
from tests.support.faults import answering

SITE = "https://easel.test"
HOSTED = {"public_url": SITE}
HOME = "/dashboard/generate"
NOT_ADMITTED = "SIGN_IN_NOT_ADMITTED"
ADA = {"email": "Ada@Lovelace.Test", "email_verified": True}


def hosted(identity_provider: IdentityProvider, tmp_path: Path, **changes: object) -> Settings:
    return oidc_settings(identity_provider.url, data_dir=tmp_path, **(HOSTED | changes))


@asynccontextmanager
async def browsing(settings: Settings, database: TestDatabase) -> AsyncIterator[httpx.AsyncClient]:
    async with started_app(settings, database) as started, browser_of(started.app, SITE) as browser:
        yield browser


async def came_in(browser: httpx.AsyncClient, **how: str) -> bool:
    answer = await sign_in(browser, **how)
    if answer.headers["location"] == HOME:
        return await is_signed_in(browser)
    assert problem_of(answer) == NOT_ADMITTED
    assert not await is_signed_in(browser)
    return False


@pytest.mark.parametrize(
    ("allowed", "claims", "may"),
    [
        ({"allowed_emails": "ada@lovelace.test, ben@b.test"}, ADA, True),
        ({"allowed_emails": "ada@lovelace.test"}, ADA | {"email_verified": False}, False),
        ({"allowed_emails": "ada@lovelace.test"}, ADA | {"email_verified": "false"}, False),
        ({"allowed_emails": "ada@lovelace.test"}, ADA | {"email_verified": "true"}, True),
        ({"allowed_emails": "ada@lovelace.test"}, {"email": "ada@lovelace.test"}, False),
        ({"allowed_emails": "ada@lovelace.test"}, ADA | {"email": ["ada@lovelace.test"]}, False),
        ({"allowed_emails": "ada@lovelace.test"}, ADA | {"email": "eve@lovelace.test"}, False),
        ({"allowed_email_domains": "lovelace.test"}, ADA, True),
        ({"allowed_email_domains": "lovelace.test"}, ADA | {"email": "ada@evil-lovelace.test"}, False),
        ({"allowed_email_domains": "lovelace.test"}, ADA | {"email": "ada@sub.lovelace.test"}, False),
        ({"allowed_email_domains": "lovelace.test"}, ADA | {"email": "a@lovelace.test@evil.test"}, False),
        ({"allowed_emails": "ada@strasse.test"}, ADA | {"email": "ada@stra\u00dfe.test"}, False),
        ({"allowed_email_domains": "strasse.test"}, ADA | {"email": "ada@stra\u00dfe.test"}, False),
        ({"allowed_email_domains": "stra\u00dfe.test"}, ADA | {"email": "ada@strasse.test"}, False),
        ({"allowed_email_domains": "stra\u00dfe.test"}, ADA | {"email": "ada@Stra\u00dfe.test"}, True),
        ({"allowed_emails": "kim@lovelace.test"}, ADA | {"email": "\u212aim@lovelace.test"}, False),
        ({"allowed_emails": "su@lovelace.test"}, ADA | {"email": "\u017fu@lovelace.test"}, False),
        ({"allowed_emails": "fi@lovelace.test"}, ADA | {"email": "\ufb01@lovelace.test"}, False),
        ({"allowed_groups": "painters"}, {"groups": ["staff", "painters"]}, True),
        ({"allowed_groups": "painters"}, {"groups": "painters"}, True),
        ({"allowed_groups": "painters"}, {"groups": ["Painters", 7, None]}, False),
        ({"allowed_groups": "painters"}, {"groups": {"painters": True}}, False),
        ({"allowed_groups": "painters"}, {}, False),
        ({"allowed_groups": "painters", "oidc_groups_claim": "roles"}, {"roles": ["painters"]}, True),
        ({"allowed_groups": "painters", "allowed_emails": "ada@lovelace.test"}, ADA, True),
        ({"allowed_groups": "github:painters"}, {"groups": ["github:painters"]}, False),
        ({"allowed_groups": "github:painters"}, {"groups": "github:painters"}, False),
        ({"allow_everyone": "true"}, {}, True),
    ],
)
async def test_who_may_come_in(  # noqa: PLR0917  (fixtures)
    allowed: dict[str, object],
    claims: dict[str, object],
    may: bool,
    identity_provider: IdentityProvider,
    database: TestDatabase,
    tmp_path: Path,
) -> None:
    identity_provider.claims = claims
    async with browsing(hosted(identity_provider, tmp_path, **allowed), database) as browser:
        assert await came_in(browser) is may
    assert len(database.run("SELECT * FROM login_sessions")) == may


async def test_locally_everyone_may(
    identity_provider: IdentityProvider, database: TestDatabase, tmp_path: Path
) -> None:
    settings = oidc_settings(identity_provider.url, data_dir=tmp_path, allowed_emails="ben@b.test")
    assert is_admitted(settings, Person(identity_provider.url, "ada", "Ada"))


@pytest.mark.parametrize("told", ["in the ID token", "at userinfo only"])
async def test_whose_group_is_gone_is_out_everywhere_at_the_next_sign_in(
    told: str, identity_provider: IdentityProvider, database: TestDatabase, tmp_path: Path
) -> None:
    def tell(groups: list[str]) -> None:
        if told == "in the ID token":
            identity_provider.claims = {"groups": groups}
        else:
            identity_provider.userinfo = {"groups": groups}

    settings = hosted(identity_provider, tmp_path, allowed_groups="painters")
    async with (
        started_app(settings, database) as started,
        browser_of(started.app, SITE) as phone,
        browser_of(started.app, SITE) as desk,
        browser_of(started.app, SITE) as program,
    ):
        tell(["painters"])
        assert await came_in(phone)
        wanted = {"name": "a", "scopes": ["read"], "expires_in_days": 1}
        made = await phone.post("/api/v1/tokens", json=wanted, headers={"Origin": SITE})
        bearer = {"Authorization": f"Bearer {made.json()['data']['token']}"}
        assert (await program.get("/api/v1/generations", headers=bearer)).status_code == 200
        tell(["staff"])
        assert not await came_in(desk)
        assert not await is_signed_in(phone)
        assert (await program.get("/api/v1/generations", headers=bearer)).status_code == 401
    assert database.run("SELECT * FROM login_sessions") == []


async def test_whoever_is_blocked_is_out_everywhere_and_cannot_come_in_again(
    identity_provider: IdentityProvider, database: TestDatabase, tmp_path: Path
) -> None:
    settings = hosted(identity_provider, tmp_path, allow_everyone="true")
    async with (
        started_app(settings, database) as started,
        browser_of(started.app, SITE) as browser,
        browser_of(started.app, SITE) as program,
        browser_of(started.app, SITE) as ben,
    ):
        assert await came_in(browser)
        assert await came_in(ben, subject="ben")
        wanted = {"name": "a", "scopes": ["read"], "expires_in_days": 1}
        made = await browser.post("/api/v1/tokens", json=wanted, headers={"Origin": SITE})
        bearer = {"Authorization": f"Bearer {made.json()['data']['token']}"}
        database.run("UPDATE people SET blocked_at = now() WHERE name = 'Ada'")
        assert not await is_signed_in(browser)
        refused = await program.get("/api/v1/generations", headers=bearer)
        assert (refused.status_code, refused.json()["error"]["code"]) == (401, "UNAUTHENTICATED")
        assert problem_of(await sign_in(browser)) == "SIGN_IN_BLOCKED"
        assert await is_signed_in(ben)
        database.run("UPDATE people SET blocked_at = NULL")
        assert await came_in(browser)


@pytest.mark.parametrize(
    ("in_token", "at_userinfo", "may"),
    [
        ({"email": "ada@a.test"}, {"email": "eve@e.test", "email_verified": True}, False),
        ({"email_verified": True}, {"email": "ada@a.test"}, False),
        ({"email_verified": True}, {"email": "ada@a.test", "email_verified": False}, False),
        ({"email": "eve@e.test"}, {"email": "ada@a.test", "email_verified": True}, True),
        ({}, {"email": "ada@a.test", "email_verified": True}, True),
    ],
)
async def test_what_one_answer_calls_verified_is_not_the_address_in_another(  # noqa: PLR0917  (fixtures)
    in_token: dict[str, object],
    at_userinfo: dict[str, object],
    may: bool,
    identity_provider: IdentityProvider,
    database: TestDatabase,
    tmp_path: Path,
) -> None:
    identity_provider.claims, identity_provider.userinfo = in_token, at_userinfo
    settings = hosted(identity_provider, tmp_path, allowed_emails="ada@a.test")
    async with browsing(settings, database) as browser:
        assert await came_in(browser) is may


async def test_userinfo_of_somebody_else_is_refused(
    identity_provider: IdentityProvider, database: TestDatabase, tmp_path: Path
) -> None:
    identity_provider.userinfo = {"sub": "ben", "groups": ["painters"]}
    settings = hosted(identity_provider, tmp_path, allowed_groups="painters")
    async with browsing(settings, database) as browser:
        assert problem_of(await sign_in(browser)) == "SIGN_IN_FAILED"


@pytest.mark.parametrize(
    ("allowed", "location"),
    [
        ({"allowed_groups": "painters"}, "/login?error=SIGN_IN_UNAVAILABLE"),
        ({"allow_everyone": "true"}, HOME),
    ],
)
async def test_userinfo_that_fails_matters_where_it_decides(
    allowed: dict[str, object],
    location: str,
    identity_provider: IdentityProvider,
    database: TestDatabase,
    tmp_path: Path,
) -> None:
    identity_provider.userinfo = {}
    identity_provider.faults[USERINFO] = answering(500)
    async with browsing(hosted(identity_provider, tmp_path, **allowed), database) as browser:
        assert (await sign_in(browser)).headers["location"] == location


async def test_a_name_that_is_at_userinfo_only_is_shown(
    identity_provider: IdentityProvider, database: TestDatabase, tmp_path: Path
) -> None:
    identity_provider.claims = {"name": None}
    identity_provider.userinfo = {"name": "Ada Lovelace"}
    settings = hosted(identity_provider, tmp_path, allow_everyone="true")
    async with browsing(settings, database) as browser:
        await sign_in(browser)
    assert [row["name"] for row in database.run("SELECT name FROM login_sessions")] == ["Ada Lovelace"]


GITHUB = {"github_client_id": CLIENT_ID, "github_client_secret": CLIENT_SECRET, "replicate_api_token": None}

PRIMARY = {"email": "ada@a.test", "primary": True, "verified": True}
MANY = [f"organisation-{at}" for at in range(250)]


def lead_to(identity_provider: IdentityProvider, started: Started) -> None:
    """It stands in for GitHub."""
    remote = started.sign_in_providers["github"].remote
    remote.authorize_url = f"{identity_provider.url}/authorize"
    remote.access_token_url = f"{identity_provider.url}{TOKEN}"
    remote.api_base_url = f"{identity_provider.url}/"


@pytest.mark.parametrize(
    ("allowed", "told", "may"),
    [
        ({"allowed_emails": "ada@a.test"}, {"emails": [PRIMARY]}, True),
        ({"allowed_emails": "ada@a.test"}, {"emails": [PRIMARY | {"verified": False}]}, False),
        ({"allowed_emails": "ada@a.test"}, {"emails": [PRIMARY | {"primary": False}]}, False),
        ({"allowed_emails": "ada@a.test"}, {"emails": {"message": "odd"}}, False),
        ({"allowed_groups": "Easel-Painters"}, {"organisations": ["other", "easel-painters"]}, True),
        ({"allowed_groups": "Easel-Painters"}, {"organisations": [*MANY, "easel-painters"]}, True),
        ({"allowed_groups": "Easel-Painters"}, {"organisations": MANY}, False),
    ],
)
async def test_who_may_come_in_from_github(  # noqa: PLR0917  (fixtures)
    allowed: dict[str, object],
    told: dict[str, object],
    may: bool,
    identity_provider: IdentityProvider,
    database: TestDatabase,
    tmp_path: Path,
) -> None:
    vars(identity_provider).update(told)
    settings = make_settings(data_dir=tmp_path, **(GITHUB | HOSTED | allowed))
    async with started_app(settings, database) as started, browser_of(started.app, SITE) as browser:
        lead_to(identity_provider, started)
        assert await came_in(browser, provider_id="github") is may


@pytest.mark.parametrize(
    ("groups", "may", "is_admin"),
    [
        ({"allowed_groups": "painters", "admin_groups": "painters"}, False, False),
        ({"allow_everyone": "true", "admin_groups": "painters"}, True, False),
        ({"allowed_groups": "GitHub:painters"}, False, False),
        ({"allowed_groups": "github:Painters", "admin_groups": "painters"}, True, False),
        ({"allowed_groups": "staff, github:painters", "admin_groups": "github:painters"}, True, True),
    ],
)
async def test_an_organisation_is_not_the_group_of_another_provider(  # noqa: PLR0917  (fixtures)
    groups: dict[str, object],
    may: bool,
    is_admin: bool,
    identity_provider: IdentityProvider,
    database: TestDatabase,
    tmp_path: Path,
) -> None:
    """Anybody can found an organisation, and call it "painters"."""
    identity_provider.organisations = ["painters"]
    github = {name: GITHUB[name] for name in ("github_client_id", "github_client_secret")}
    settings = hosted(identity_provider, tmp_path, **(github | groups))
    async with started_app(settings, database) as started, browser_of(started.app, SITE) as browser:
        lead_to(identity_provider, started)
        assert await came_in(browser, provider_id="github") is may
        if may:
            assert ((await browser.get("/api/v1/me")).json()["data"]["is_admin"]) is is_admin


async def test_github_is_asked_for_organisations_only_where_they_decide(
    identity_provider: IdentityProvider, database: TestDatabase, tmp_path: Path
) -> None:
    identity_provider.faults[ORGANISATIONS] = answering(403)
    settings = make_settings(data_dir=tmp_path, **(GITHUB | HOSTED | {"allow_everyone": "true"}))
    async with started_app(settings, database) as started, browser_of(started.app, SITE) as browser:
        lead_to(identity_provider, started)
        assert await came_in(browser, provider_id="github")
        assert started.sign_in_providers["github"].remote.client_kwargs["scope"] == "read:user user:email"
    asking = make_settings(data_dir=tmp_path, **(GITHUB | HOSTED | {"allowed_groups": "painters"}))
    async with started_app(asking, database) as started, browser_of(started.app, SITE) as browser:
        lead_to(identity_provider, started)
        assert problem_of(await sign_in(browser, provider_id="github")) == "SIGN_IN_UNAVAILABLE"
        assert "read:org" in started.sign_in_providers["github"].remote.client_kwargs["scope"]


@pytest.mark.asvs("7.3.1", "7.3.2")
async def test_a_login_session_ends_a_week_after_its_last_use(
    identity_provider: IdentityProvider, database: TestDatabase, tmp_path: Path
) -> None:
    settings = hosted(identity_provider, tmp_path, allow_everyone="true", sign_in_days=10)
    async with browsing(settings, database) as browser:
        assert await came_in(browser)
        assert _days_left(database) == (7, 10)
        # Used after six days, so that it would last for a week from then; but no sign-in lasts so long.
        _let_pass(database, days=6)
        assert await is_signed_in(browser)
        assert _days_left(database) == (4, 4)
        _let_pass(database, days=5)
        assert not await is_signed_in(browser)


def _let_pass(database: TestDatabase, *, days: int) -> None:
    database.run(
        "UPDATE login_sessions SET created_at = created_at - past, last_seen_at = last_seen_at - past,"
        " ends_at = ends_at - past FROM make_interval(days => %s) AS past",
        days,
    )


def _days_left(database: TestDatabase) -> tuple[int, int]:
    [row] = database.run(
        "SELECT round(extract(epoch FROM expires_at - now()) / 86400)::int AS idle,"
        " round(extract(epoch FROM ends_at - now()) / 86400)::int AS latest FROM login_sessions"
    )
    return row["idle"], row["latest"]
