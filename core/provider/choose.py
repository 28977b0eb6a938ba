"""Replicate when a token is set, the demo otherwise."""

import httpx
from starlette.applications import Starlette
from starlette.routing import Route

from core.provider.client import Provider
from core.provider.emulator import Emulator
from core.settings import Settings


def choose_provider(settings: Settings) -> tuple[Starlette | None, Provider]:
    """The provider; with the demo, also the application that shows its pictures, to be mounted at `/demo`."""
    if not settings.is_demo:
        return None, Provider(settings)
    emulator = Emulator(files_url=f"{settings.public_url}/demo/files", folder=settings.data_dir / "demo")
    pictures = Starlette(routes=[Route("/files/{id}.png", emulator.picture)])
    return pictures, Provider(settings, wrapped=httpx.ASGITransport(emulator.app()))
