"""Replicate when a token is set, the demo otherwise."""

from typing import NamedTuple

import httpx
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from core.limits import ProviderLimits
from core.metrics import Metrics
from core.provider.client import Provider
from core.provider.emulator import Emulator
from core.settings import Settings


class Chosen(NamedTuple):
    """A provider, and for the demo the application that serves its pictures below `/demo`."""

    provider: Provider
    pictures: Starlette | None


def choose_provider(
    settings: Settings, limits: ProviderLimits = ProviderLimits(), metrics: Metrics | None = None
) -> Chosen:
    """Replicate if the settings have its token, else the demo."""
    if not settings.is_demo:
        return Chosen(Provider(settings, limits=limits, metrics=metrics), None)
    emulator = Emulator(files_url=f"{settings.public_url}/demo/files", folder=settings.data_dir / "demo")
    pictures = Starlette(routes=[Mount("/demo", routes=[Route("/files/{id}.png", emulator.picture)])])
    provider = Provider(settings, wrapped=httpx.ASGITransport(emulator.app()), limits=limits, metrics=metrics)
    return Chosen(provider, pictures)
