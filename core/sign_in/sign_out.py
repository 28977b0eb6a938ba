"""Signing out: of Easel at once, and then, for whoever wants that, of the provider by which they came."""

import asyncio
import logging
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from core import services
from core.context import Context
from core.sign_in.cookies import delete_session_cookie, provider_id_of, session_token
from core.sign_in.provider import SignInProvider
from core.sign_in.reasons import reason_of

_PATIENCE_SECONDS = 2.0

logger = logging.getLogger(__name__)


def add_sign_out(router: APIRouter, ctx: Context, providers: dict[str, SignInProvider]) -> None:
    """Add both routes."""

    @router.post("/logout")
    async def logout(request: Request) -> Response:
        """Of Easel; where people stay signed in at the provider, one press is in again."""
        await services.sign_out(ctx, session_token(request, ctx.settings))
        provider = providers.get(provider_id_of(request, ctx.settings) or "")
        can_go_on = provider and await _end_session_url(ctx, provider)
        query = f"?{urlencode({'signed_out': provider.id})}" if provider and can_go_on else ""
        response = RedirectResponse(f"/login{query}", status_code=303)
        delete_session_cookie(response, ctx.settings)
        return response

    @router.get("/logout/{provider_id}")
    async def logout_there(provider_id: str) -> Response:
        """To the provider, which asks before it ends anything, and then sends people to the login page."""
        provider = providers.get(provider_id)
        address = await _end_session_url(ctx, provider) if provider else None
        return RedirectResponse(address or "/login", status_code=303)


async def _end_session_url(ctx: Context, provider: SignInProvider) -> str | None:
    """None also where the provider is away: nobody waits for that to sign out."""
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return await provider.end_session_url(f"{ctx.settings.public_url}/login")
    except Exception as error:  # noqa: BLE001  (whatever a provider's discovery answers)
        logger.info("The provider's own sign-out could not be offered: %s", reason_of(error))
        return None
