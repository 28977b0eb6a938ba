"""How many `GET /api/v1/generations/{id}` a second one process answers, pages mounted beside it.

Run `make run` in one shell, then: .venv/bin/python bench/read_generation.py http://127.0.0.1:8080
"""

import asyncio
import sys
import time

import httpx

REQUESTS = 2000
CONCURRENCY = 16


async def main(base_url: str) -> None:
    async with httpx.AsyncClient(base_url=base_url, follow_redirects=False) as client:
        await client.post("/auth/demo")
        client.cookies = httpx.Cookies(dict(client.cookies))
        reply = await client.post("/api/v1/generations/submit", json={"prompt": "a benchmark"})
        reply.raise_for_status()
        path = f"/api/v1/generations/{reply.json()['data']['id']}"
        await asyncio.sleep(7)  # the demo's picture is done by then: reads no longer ask the provider
        started = time.perf_counter()
        await asyncio.gather(*(worker(client, path) for _ in range(CONCURRENCY)))
        seconds = time.perf_counter() - started
    print(f"{REQUESTS} reads in {seconds:.2f} s: {REQUESTS / seconds:.0f} a second")


async def worker(client: httpx.AsyncClient, path: str) -> None:
    for _ in range(REQUESTS // CONCURRENCY):
        (await client.get(path)).raise_for_status()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8080"))
