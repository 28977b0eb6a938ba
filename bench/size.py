"""Whether rows matter: the slowest requests with five million of them, beside ten thousand."""

import asyncio
import time
from collections.abc import Sequence

import httpx

from bench import rows
from bench.effort import CouldNotMeasure, Effort
from bench.figures import Figure, Point
from bench.load import Load, Pair, Target, compare, load, load_in_turn
from bench.rig import GENERATIONS, SUBMIT, Guest, Rig, make, reading, rig
from tests.support.servers import EaselProcess

FEW, MANY = 10_000, 5_000_000
_CONNECTIONS = 4
_SUBMITS = 300
_QUIET_SECONDS = 300


async def measure(few: Rig, effort: Effort) -> list[Figure | Point]:
    """An Easel on a database with many rows, and one on a database with few."""
    with rig() as many:
        async with many.easel() as slow, few.easel() as quick:
            slow_targets = await _targets(slow, await _fill(many, slow, MANY))
            quick_targets = await _targets(quick, await _fill(few, quick, FEW))
            pairs = {
                what: await load_in_turn(target, quick_targets[what], effort, connections=_CONNECTIONS)
                for what, target in slow_targets.items()
            }
            points = [
                Point(f"1 process, {count:,} rows", await load(targets["get"], seconds=effort.seconds))
                for count, targets in ((FEW, quick_targets), (MANY, slow_targets))
            ]
            # Last, as what was submitted runs on for a while.
            pairs["submit"] = await _submits((many, few), (slow, quick), effort.rounds)
    return [*(_figure(what, pair) for what, pair in pairs.items()), *points]


async def _fill(of: Rig, easel: EaselProcess, count: int) -> tuple[Guest, Guest]:
    """Somebody with a few pictures, and somebody with 10,000, who searches."""
    guest, searcher = of.sign_in(), of.sign_in()
    await asyncio.to_thread(rows.fill, of.database, count, guest.owner_id, searcher.owner_id)
    await make(easel, guest)
    return guest, searcher


async def _targets(easel: EaselProcess, guests: tuple[Guest, Guest]) -> dict[str, Target]:
    guest, searcher = guests
    all_of = f"{easel.url}{GENERATIONS}?limit=20"
    listing = Target(all_of, guest.headers)
    async with httpx.AsyncClient(headers=guest.headers) as http:
        newest = (await http.get(listing.url)).raise_for_status().json()["data"]["items"][0]["id"]
    return {
        "get": reading(easel, guest, newest),
        "list": listing,
        # Of 10,000 prompts, which all have to be looked through.
        "search": Target(f"{all_of}&q=boats+zebra", searcher.headers),
    }


def _what(request: str) -> str:
    return f"{request} with 5 million rows / with 10 thousand, p99"


def _figure(request: str, pair: Pair) -> Figure:
    return Figure(_what(request), 1.2, pair.p99_ratio, is_ceiling=True, p50=pair.p50, p99=pair.p99)


async def _submits(rigs: Sequence[Rig], easels: Sequence[EaselProcess], rounds: int) -> Pair:
    return compare(
        [
            [await _submit_load(of, easel) for of, easel in zip(rigs, easels, strict=True)]
            for _ in range(rounds)
        ]
    )


async def _submit_load(of: Rig, easel: EaselProcess) -> Load:
    """One submit by each of many people, a few at once; then their pictures are waited for, which would
    else be made while the other one is measured."""
    guests = await asyncio.to_thread(lambda: [of.sign_in() for _ in range(_SUBMITS)])
    started = time.perf_counter()
    async with httpx.AsyncClient(base_url=easel.url) as http:
        shares = (guests[first::_CONNECTIONS] for first in range(_CONNECTIONS))
        times = await asyncio.gather(*(_submit_all(http, share) for share in shares))
    seconds = time.perf_counter() - started
    await _wait_until_quiet(of)
    milliseconds = sorted(1000 * each for share in times for each in share)
    return Load(
        len(milliseconds) / seconds,
        milliseconds[len(milliseconds) // 2],
        milliseconds[len(milliseconds) * 99 // 100],
    )


async def _wait_until_quiet(of: Rig) -> None:
    """Until every picture is stored."""
    for _ in range(_QUIET_SECONDS):
        if not await asyncio.to_thread(of.database.run, "SELECT 1 FROM generations_to_settle LIMIT 1"):
            return
        await asyncio.sleep(1)
    raise CouldNotMeasure(f"pictures were not stored in {_QUIET_SECONDS} s")


async def _submit_all(http: httpx.AsyncClient, guests: Sequence[Guest]) -> list[float]:
    seconds = []
    for guest in guests:
        started = time.perf_counter()
        reply = await http.post(SUBMIT, json={"prompt": "a benchmark"}, headers=guest.headers)
        reply.raise_for_status()
        seconds.append(time.perf_counter() - started)
    return seconds
