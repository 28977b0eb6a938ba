"""People who make pictures through the API, and keep a record of all they did and were told."""

import asyncio
import random
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit
from uuid import uuid4

import httpx

from tests.support.database import TestDatabase
from tests.support.people import SignedIn

Asked = Literal["submit", "read", "cancel", "picture", "gallery"]

ARRIVING_SECONDS = 20.0
THINKING_SECONDS = (20.0, 60.0)
POLL_SECONDS = 1.5
SLOWEST_POLL_SECONDS = 8.0
# Longer than any answer may take, on a busy machine too: a create alone may take 20 seconds.
TIMEOUT_SECONDS = 45.0
_DOUBLE_CLICKS = 0.05
_CANCELS = 0.05
_LOOKS_AT_PICTURE = 0.5
_LOOKS_AT_GALLERY = 0.3
_LOOKS_BACK = 0.2


@dataclass
class Answer:
    """What came of one request; `status` is None when nothing came, and `code` says why."""

    asked: Asked
    url: str
    began: float
    ended: float
    status: int | None = None
    code: str = ""
    has_retry_after: bool = False
    data: dict[str, Any] = field(default_factory=dict)
    content: bytes = field(default=b"", repr=False)
    """Of a picture."""

    @property
    def is_worth_repeating(self) -> bool:
        """Whether the same press may help: nobody answered, or the database was away."""
        return self.status in {None, 503}


@dataclass
class Press:
    """A press of Generate, by its Idempotency-Key, and the ids that it was answered with."""

    key: str
    prompt: str
    ids: set[str] = field(default_factory=set)


@dataclass
class Diary:
    """What everyone did and was told."""

    answers: list[Answer] = field(default_factory=list)
    presses: list[Press] = field(default_factory=list)
    ends: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The first end that its owner saw of each generation: its status and error."""
    changed_ends: list[str] = field(default_factory=list)

    def note_state(self, generation_id: str, state: dict[str, Any]) -> None:
        end = {name: state.get(name) for name in ("status", "error")}
        if state["status"] != "processing" and self.ends.setdefault(generation_id, end) != end:
            self.changed_ends.append(f"{generation_id}: {self.ends[generation_id]}, then {end}")


class Painter(SignedIn):
    """A person who makes pictures as people do; asks any process at `urls`, and another if one is gone."""

    def __init__(
        self, number: int, http: httpx.AsyncClient, urls: list[str], diary: Diary, seed: int
    ) -> None:
        super().__init__(uuid4(), f"the token of owner {number}", http)
        self._name = f"owner {number}"
        self._urls = urls
        self._diary = diary
        self._random = random.Random(seed + number)  # noqa: S311  (repeatable on purpose)
        self._made: list[str] = []

    def sign_in(self, database: TestDatabase) -> None:
        database.sign_in(self.token, self.owner_id)

    async def live(self, is_over: asyncio.Event) -> None:
        """Press, wait for the picture, think, press again, until it is over."""
        await pause(is_over, self._random.uniform(0, ARRIVING_SECONDS))
        while not is_over.is_set():
            generation_id = await self._press(is_over)
            if generation_id:
                self._made.append(generation_id)
                await self._watch(generation_id, is_over)
                await self._look_around(is_over)
            await pause(is_over, self._random.uniform(*THINKING_SECONDS))

    async def look_at(self, generation_id: str) -> bytes:
        """Its picture; nothing if there is none."""
        return (await self._ask("picture", f"/api/v1/generations/{generation_id}/image")).content

    async def _ask(self, asked: Asked, path: str, url: str | None = None, **request: Any) -> Answer:
        """Ask the process at `url`, or any."""
        url = url or self._random.choice(self._urls)
        answer = Answer(asked, url, time.monotonic(), 0.0)
        method = "POST" if asked in {"submit", "cancel"} else "GET"
        headers = self.cookie | request.pop("headers", {})
        try:
            response = await self.http.request(method, url + path, headers=headers, **request)
            _read(response, answer)
        except httpx.TransportError as error:
            answer.code = type(error).__name__
        answer.ended = time.monotonic()
        self._diary.answers.append(answer)
        return answer

    async def _press(self, is_over: asyncio.Event) -> str | None:
        """The id of what was started; None when it was refused, or is not known by the end."""
        press = Press(uuid4().hex, f"{self._name}, picture {len(self._made)}")
        self._diary.presses.append(press)
        if self._random.random() < _DOUBLE_CLICKS:
            await asyncio.gather(*(self._submit(press, url) for url in self._urls))
        answer = await self._submit(press)
        while answer.is_worth_repeating and not is_over.is_set():
            await pause(is_over, self._random.uniform(0.5, 2.0))
            answer = await self._submit(press, next(url for url in self._urls if url != answer.url))
        return answer.data.get("id")

    async def _submit(self, press: Press, url: str | None = None) -> Answer:
        headers = {"Idempotency-Key": press.key}
        path = "/api/v1/generations/submit"
        answer = await self._ask("submit", path, url, json={"prompt": press.prompt}, headers=headers)
        press.ids.update(filter(None, [answer.data.get("id")]))
        return answer

    async def _watch(self, generation_id: str, is_over: asyncio.Event) -> None:
        seconds = POLL_SECONDS
        cancels = self._random.random() < _CANCELS
        while not is_over.is_set():
            await pause(is_over, seconds)
            answer = await self._ask_state("cancel" if cancels else "read", generation_id)
            if answer.data.get("status", "processing") != "processing":
                return
            seconds = min(seconds * 1.2, SLOWEST_POLL_SECONDS)

    async def _ask_state(self, asked: Literal["read", "cancel"], generation_id: str) -> Answer:
        path = f"/api/v1/generations/{generation_id}" + ("/cancel" if asked == "cancel" else "")
        answer = await self._ask(asked, path)
        if answer.status == 200:
            self._diary.note_state(generation_id, answer.data)
        return answer

    async def _look_around(self, is_over: asyncio.Event) -> None:
        if self._random.random() < _LOOKS_AT_PICTURE:
            await pause(is_over, 1.0)  # by then it is most often in Easel's own store
            url = urlsplit((await self._ask_state("read", self._made[-1])).data.get("url", ""))
            if url.path.startswith("/api/"):
                await self._ask("picture", url.path)
        if self._random.random() < _LOOKS_AT_GALLERY:
            await self._ask("gallery", "/api/v1/generations")
        if self._random.random() < _LOOKS_BACK:
            await self._ask_state("read", self._random.choice(self._made))


def _read(response: httpx.Response, answer: Answer) -> None:
    answer.status = response.status_code
    answer.has_retry_after = "retry-after" in response.headers
    if response.headers.get("content-type", "").startswith("application/json"):
        body = response.json()
        answer.data = body.get("data") or {}
        answer.code = body.get("error", {}).get("code", "")
    else:
        answer.content = response.content


async def pause(is_over: asyncio.Event, seconds: float) -> None:
    """Sleep, but no longer than until it is over."""
    with suppress(TimeoutError):
        await asyncio.wait_for(is_over.wait(), seconds)
