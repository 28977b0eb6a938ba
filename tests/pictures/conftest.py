"""The provider with its files behind faults of their own, and the services without the loop."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from tests.pictures.images import picture
from tests.support.emulator import Fault, FaultyEmulator
from tests.support.provider import EmulatedProvider
from tests.support.s3_server import S3Server, s3_server
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


@pytest.fixture(scope="session")
def served_provider() -> Iterator[ProviderWithFiles]:
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


@pytest.fixture
def files(provider: ProviderWithFiles) -> Files:
    return provider.files


@pytest.fixture(scope="session")
def s3() -> Iterator[S3Server]:
    with s3_server() as server:
        yield server


@pytest.fixture
def bucket(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """A bucket whose credentials are in the environment."""
    for name, value in s3.environment().items():
        monkeypatch.setenv(name, value)
    return s3.create_bucket()
