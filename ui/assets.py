"""The static files of the screens, served by the app itself under `/assets`."""

import hashlib
from functools import lru_cache
from pathlib import Path

import xstatic.pkg.opensans
from fastapi import FastAPI
from nicegui import ui
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC_DIR = Path(__file__).parent / "static"
FONTS_DIR = Path(xstatic.pkg.opensans.BASE_DIR) / "fonts"
_FONT_FILES = {400: "Regular/OpenSans-Regular.woff2", 600: "Semibold/OpenSans-Semibold.woff2"}
# A font of the system with the measures of Open Sans, so that nothing moves when that has come.
_UNTIL_LOADED = (
    "@font-face{font-family:'Open Sans until loaded';"
    "src:local('Arial'),local('Liberation Sans'),local('DejaVu Sans');"
    "ascent-override:101.65%;descent-override:27.86%;line-gap-override:0%;size-adjust:105.15%}"
)


class _CachedStaticFiles(StaticFiles):
    """Files that may be kept for a year: their address changes with their content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def mount_assets(app: FastAPI) -> None:
    """Serve the files, and put the theme into the head of every page."""
    app.mount("/assets/fonts", _CachedStaticFiles(directory=FONTS_DIR))
    app.mount(f"/assets/{_version()}", GZipMiddleware(_CachedStaticFiles(directory=STATIC_DIR)))
    ui.add_head_html(head_html(), shared=True)


def asset_url(name: str) -> str:
    """The address of a file in `ui/static`; it changes with the content of any of them, so that
    script modules, which import each other by name, always fit together."""
    return f"/assets/{_version()}/{name}"


@lru_cache
def _version() -> str:
    digest = hashlib.sha256()
    for path in sorted(STATIC_DIR.iterdir()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def module_html(*names: str) -> str:
    """Script modules for a page; they run once the page is there."""
    return "".join(f'<script type="module" src="{asset_url(name)}"></script>' for name in names)


def head_html() -> str:
    """What every page has in its head: theme, fonts, and the scripts that must run before all others."""
    fonts = "".join(
        f"@font-face{{font-family:'Open Sans';font-weight:{weight};font-display:swap;"
        f"src:url('/assets/fonts/{path}') format('woff2')}}"
        for weight, path in _FONT_FILES.items()
    )
    preload = "".join(
        f'<link rel="preload" href="/assets/fonts/{path}" as="font" type="font/woff2" crossorigin>'
        for path in _FONT_FILES.values()
    )
    # The theme is set before the first paint, so a dark page never flashes white. The scripts come after
    # the style sheets and wait for them: Firefox paints nothing if it meets the body, and the framework's
    # sheets in it, while any is missing. Fonts come last, as they are heavy and can be waited for.
    return (
        f'<link rel="stylesheet" href="{asset_url("tokens.css")}">'
        f'<link rel="stylesheet" href="{asset_url("app.css")}">'
        f'<script src="{asset_url("theme.js")}"></script>'
        f'<script src="{asset_url("start.js")}"></script>'
        f"<style>{fonts}{_UNTIL_LOADED}</style>{preload}"
    )
