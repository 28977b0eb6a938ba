"""Requests a second, beside twins that do next to nothing."""

from contextlib import AsyncExitStack
from uuid import uuid4

import httpx

from bench import rows
from bench.effort import Effort
from bench.figures import Figure
from bench.load import Pair, Target, load_in_turn
from bench.rig import GENERATIONS, Guest, Rig, make, reading, running
from bench.twins import start_twin
from tests.support.servers import EaselProcess

GENERATE_PAGE = "/dashboard/generate"
_ROWS = 10_000


async def measure(rig: Rig, effort: Effort) -> list[Figure]:
    """Read, list, thumbnail and page; and in the long run the read beside a plain one."""
    async with AsyncExitStack() as stack:
        easel = await stack.enter_async_context(rig.easel())
        urls = {
            name: (await stack.enter_async_context(running(_twin(rig, name)))).url
            for name in ("constant", "page", "read")
        }
        guest = rig.sign_in()
        rows.fill(rig.database, _ROWS, guest.owner_id, uuid4())
        generation_id = await make(easel, guest)
        read, constant = reading(easel, guest, generation_id), Target(f"{urls['constant']}/constant")
        page, bare_page = generate_page(easel, guest), Target(f"{urls['page']}/page")
        figures = _figures_of_read(await load_in_turn(read, constant, effort))
        for what, goal, subject, twin in (
            ("list of 20 / constant route", 0.12, _list(easel, guest), constant),
            (
                "thumbnail, 304 / constant route",
                0.25,
                await _thumbnail(easel, guest, generation_id),
                constant,
            ),
            ("generate page / bare NiceGUI page, renders a second", 0.6, page, bare_page),
        ):
            figures.append(_figure(what, goal, await load_in_turn(subject, twin, effort)))
        if effort.has_plain_read:
            plain = Target(f"{urls['read']}/read/{generation_id}")
            what = "read / plain FastAPI and SQLAlchemy read, to compare"
            figures.append(_figure(what, None, await load_in_turn(read, plain, effort)))
    return figures


def generate_page(easel: EaselProcess, guest: Guest) -> Target:
    return Target(f"{easel.url}{GENERATE_PAGE}", guest.headers)


def _twin(rig: Rig, name: str) -> EaselProcess:
    """The superuser reads past the policies, as an application without them would."""
    return start_twin(rig.folder, name, database_url=rig.database.superuser_url)


def _figures_of_read(pair: Pair) -> list[Figure]:
    what = "signed-in read of a finished generation / constant route"
    slowest = Figure(f"{what}, p99", 15, pair.p99_ratio, is_ceiling=True, p50=pair.p50, p99=pair.p99)
    return [_figure(what, 0.25, pair), slowest]


def _figure(what: str, goal: float | None, pair: Pair) -> Figure:
    return Figure(what, goal, pair.ratio, p50=pair.p50, p99=pair.p99, note=pair.rates, is_gate=True)


def _list(easel: EaselProcess, guest: Guest) -> Target:
    return Target(f"{easel.url}{GENERATIONS}?limit=20", guest.headers)


async def _thumbnail(easel: EaselProcess, guest: Guest, generation_id: str) -> Target:
    """Asked for by somebody who has it."""
    url = f"{easel.url}{GENERATIONS}/{generation_id}/image?size=thumb"
    async with httpx.AsyncClient() as http:
        reply = (await http.get(url, headers=guest.headers)).raise_for_status()
    return Target(url, {**guest.headers, "If-None-Match": reply.headers["etag"]})
