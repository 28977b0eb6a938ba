"""The static files of the screens, served by the app itself under `/assets`."""

import hashlib
from functools import lru_cache
from pathlib import Path

import xstatic.pkg.opensans
from fastapi import FastAPI
from nicegui import ui
from nicegui.dependencies import register_importmap_override
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from core.errors import NotFound
from ui.catalogue import LOCALES_DIR
from ui.icons import icons_script
from ui.languages import ENGLISH, LANGUAGES, Language

STATIC_DIR = Path(__file__).parent / "static"
_COMPONENTS_DIR = Path(__file__).parent / "components"
_STYLESHEET = "easel.css"
_ICONS = "icons.js"
# What the frame of every page imports, directly or not: asked for at once, not one after the other.
_FRAME_MODULES = (
    "afterwards",
    "chip",
    "dialog",
    "forgetting",
    "icon",
    "icons",
    "kept",
    "language_menu",
    "shortcuts",
    "theme_switch",
    "toast",
    "top_bar",
    "words",
)
_KEPT_FOR_A_DAY = {"Cache-Control": "public, max-age=86400"}
_KEPT_FOR_A_YEAR = {"Cache-Control": "public, max-age=31536000, immutable"}
FONTS_DIR = Path(xstatic.pkg.opensans.BASE_DIR) / "fonts"
_FONT_FILES = {400: "Regular/OpenSans-Regular.woff2", 600: "Semibold/OpenSans-Semibold.woff2"}
# A system font with the measures of Open Sans, so that nothing moves when Open Sans has loaded.
_UNTIL_LOADED = (
    "@font-face{font-family:'Open Sans until loaded';"
    "src:local('Arial'),local('Liberation Sans'),local('DejaVu Sans');"
    "ascent-override:101.65%;descent-override:27.86%;line-gap-override:0%;size-adjust:105.15%}"
)


class _CachedStaticFiles(StaticFiles):
    """Files that browsers may keep for a year: their address changes with their content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update(_KEPT_FOR_A_YEAR)
        return response


def mount_assets(app: FastAPI) -> None:
    """Serve the files, and put the theme into the head of every page."""
    app.mount("/assets/fonts", _CachedStaticFiles(directory=FONTS_DIR))
    app.router.routes.append(
        Route(asset_url(_STYLESHEET), _serve_stylesheet, middleware=[Middleware(GZipMiddleware)])
    )
    app.router.routes.append(Route(asset_url(_ICONS), _serve_icons))
    app.router.routes.append(Route("/favicon.ico", _serve_favicon))
    app.router.routes.append(
        Route(asset_url("words/{tag}.js"), _serve_words, middleware=[Middleware(GZipMiddleware)])
    )
    app.mount(f"/assets/{_version()}", GZipMiddleware(_CachedStaticFiles(directory=STATIC_DIR)))
    # The components' scripts import the shared modules as "easel/...".
    register_importmap_override("easel/", asset_url(""))
    ui.add_head_html(head_html() + _preload_modules(), shared=True)


def asset_url(name: str) -> str:
    """The address of a file in `ui/static`. It changes with the content of any such file, so that script
    modules, which import each other by name, are always of one version."""
    return f"/assets/{_version()}/{name}"


@lru_cache
def _version() -> str:
    digest = hashlib.sha256(f"{icons_script()}{_fonts()}".encode())
    catalogues = sorted(LOCALES_DIR.rglob("*.po"))
    for path in [*sorted(STATIC_DIR.iterdir()), *_component_styles(), *catalogues]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


async def _serve_stylesheet(_: Request) -> Response:
    return Response(_stylesheet(), media_type="text/css", headers=_KEPT_FOR_A_YEAR)


async def _serve_icons(_: Request) -> Response:
    return Response(icons_script(), media_type="text/javascript", headers=_KEPT_FOR_A_YEAR)


async def _serve_favicon(_: Request) -> Response:
    return FileResponse(STATIC_DIR / "favicon.svg", headers=_KEPT_FOR_A_DAY)


async def _serve_words(request: Request) -> Response:
    language = LANGUAGES.get(request.path_params["tag"])
    if language is None:
        raise NotFound
    script = language.catalogue.script()
    return Response(script, media_type="text/javascript", headers=_KEPT_FOR_A_YEAR)


@lru_cache
def _stylesheet() -> str:
    """The fonts, the theme's tokens, shared styles and each component's, in one file for one request."""
    shared = [STATIC_DIR / name for name in ("tokens.css", "app.css", "forms.css", "pages.css")]
    return "\n".join([_fonts(), *(path.read_text() for path in [*shared, *_component_styles()])])


def _fonts() -> str:
    of_each_weight = (
        f"@font-face{{font-family:'Open Sans';font-weight:{weight};font-display:swap;"
        f"src:url('/assets/fonts/{path}') format('woff2')}}"
        for weight, path in _FONT_FILES.items()
    )
    return "".join([*of_each_weight, _UNTIL_LOADED])


def _component_styles() -> list[Path]:
    return sorted(_COMPONENTS_DIR.glob("*/*.css"))


def _preload_modules() -> str:
    urls = [asset_url(f"{name}.js") for name in _FRAME_MODULES]
    return "".join(f'<link rel="modulepreload" href="{url}">' for url in urls)


def words_html(language: Language) -> str:
    """What gives a page's scripts its language. English is what they say without it."""
    if language is ENGLISH:
        return ""
    # Scripts that are deferred run before modules, and keep nothing from being painted.
    return f'<script defer src="{asset_url(f"words/{language.tag}.js")}"></script>'


def head_html() -> str:
    """The head of every page: theme, fonts, and the scripts that must run before all others."""
    preload = "".join(
        f'<link rel="preload" href="/assets/fonts/{path}" as="font" type="font/woff2" crossorigin>'
        for path in _FONT_FILES.values()
    )
    # The theme is set before the first paint, so a dark page never flashes white. The scripts come after
    # the style sheet and wait for it: Firefox paints nothing if it meets the body, and the framework's
    # sheets in it, while ours is missing. Fonts come last, because they are large and least urgent.
    return (
        f'<link rel="stylesheet" href="{asset_url(_STYLESHEET)}">'
        f'<script src="{asset_url("theme.js")}"></script>'
        f'<script src="{asset_url("start.js")}"></script>'
        f"{preload}"
    )
