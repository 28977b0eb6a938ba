"""A browser's steps through a sign-in, one function each."""

from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
from fastapi import FastAPI

from tests.support.application import BASE_URL

_CERTIFICATES = httpx.create_ssl_context()  # once, because reading them takes a while


def browser_of(app: FastAPI, site: str = BASE_URL) -> httpx.AsyncClient:
    """A browser that reaches `app` in this process, and identity providers over real sockets."""
    return httpx.AsyncClient(base_url=site, mounts={site: httpx.ASGITransport(app)}, verify=_CERTIFICATES)


async def begin(browser: httpx.AsyncClient, *, provider_id: str = "oidc", next: str | None = None) -> str:
    """Choose a provider; the address to which it sends the browser."""
    answer = await browser.get(f"/auth/login/{provider_id}", params={"next": next} if next else {})
    assert answer.status_code == 302, answer.headers.get("location")
    return answer.headers["location"]


async def approve(browser: httpx.AsyncClient, authorize_url: str, subject: str = "ada") -> str:
    """Approve at the provider; the callback to which it sends the browser."""
    answer = await browser.post(authorize_url, data={"sub": subject})
    assert answer.status_code == 302
    return answer.headers["location"]


async def sign_in(
    browser: httpx.AsyncClient,
    *,
    provider_id: str = "oidc",
    subject: str = "ada",
    next: str | None = None,
) -> httpx.Response:
    """The whole flow; what the callback answers."""
    authorize_url = await begin(browser, provider_id=provider_id, next=next)
    return await browser.get(await approve(browser, authorize_url, subject))


def problem_of(answer: httpx.Response) -> str:
    """The code with which a sign-in ended on the login page."""
    assert answer.status_code == 303
    location = urlsplit(answer.headers["location"])
    assert (location.netloc, location.path) == ("", "/login")
    return query_of(answer.headers["location"])["error"]


def query_of(url: str) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(urlsplit(url).query).items()}


async def is_signed_in(browser: httpx.AsyncClient) -> bool:
    answer = await browser.get(f"/api/v1/generations/{uuid4()}")
    assert answer.status_code in {401, 404}
    return answer.status_code == 404
