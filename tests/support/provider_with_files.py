"""The emulated provider whose pictures are at its own address, with faults of their own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from tests.support.emulator import Fault, FaultyEmulator
from tests.support.images import picture
from tests.support.provider import EmulatedProvider
from tests.support.servers import serve_in_thread


@dataclass
class Files:
    """What the provider does when a picture is asked for, and how often one was."""

    fault: Fault | None = None
    asked: list[str] = field(default_factory=list)


@dataclass
class ProviderWithFiles(EmulatedProvider):
    """Its pictures are at its own address; `files` stands before them."""

    files: Files

    def reset(self) -> None:
        super().reset()
        self.files.fault = None
        self.files.asked.clear()

    def forget(self) -> None:
        """What Replicate does after an hour."""
        self.emulator.predictions.clear()


@contextmanager
def provider_with_files() -> Iterator[ProviderWithFiles]:
    files, emulator = Files(), FaultyEmulator()
    answers = emulator.app()
    content = picture(size=(800, 600))  # the emulator takes its time to draw one

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/files/"):
            files.asked.append(scope["path"])
            answer = await files.fault(Request(scope, receive)) if files.fault else None
            is_known = scope["path"].removeprefix("/files/").removesuffix(".png") in emulator.predictions
            answer = answer or Response(content if is_known else b"", 200 if is_known else 404)
            await answer(scope, receive, send)
            return
        await answers(scope, receive, send)

    with serve_in_thread(app) as url:
        yield ProviderWithFiles(emulator, url, files)
