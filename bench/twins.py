"""What Easel is compared with, each a process of its own: `python -m bench.twins NAME`, with `PORT` set."""

import os
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import uvicorn
from fastapi import FastAPI
from nicegui import ui
from sqlalchemy import select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from core.server.sockets import BACKLOG
from tests.support.servers import ROOT, EaselProcess


def start_twin(folder: Path, name: str, *, database_url: str = "") -> EaselProcess:
    """A twin of that name in a process of its own."""
    script = ("-m", "bench.twins", name)
    return EaselProcess(folder, script=script, PYTHONPATH=str(ROOT), DATABASE_URL=database_url)


def add_constant(app: FastAPI) -> None:
    """A route that always answers the same JSON."""

    @app.get("/constant")
    async def constant() -> dict[str, Any]:
        return {"success": True, "data": {"status": "succeeded", "prompt": "a constant"}}


def add_page(app: FastAPI) -> None:
    """A NiceGUI page with a line of text, mounted as Easel's pages are."""

    @ui.page("/page")
    def page() -> None:
        ui.label("A bare page")

    ui.run_with(app, title="Bare", tailwind=False, show_welcome_message=False, reconnect_timeout=20.0)


def add_read(app: FastAPI) -> None:
    """A row by its id, as FastAPI and SQLAlchemy read it with nothing around."""
    engine = create_async_engine(os.environ["DATABASE_URL"], pool_size=10, max_overflow=10)
    transactions = async_sessionmaker(engine)

    @app.get("/read/{id}")
    async def read(id: UUID) -> dict[str, Any]:
        async with transactions() as session:
            row = (await session.execute(select(_Generation).where(_Generation.id == id))).scalar_one()
            return {"id": row.id, "prompt": row.prompt, "status": row.status}


class _Base(DeclarativeBase):
    pass


class _Generation(_Base):
    __tablename__ = "generations"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    prompt: Mapped[str]
    status: Mapped[str]


_TWINS = {"constant": add_constant, "page": add_page, "read": add_read}


def main(name: str) -> None:
    app = FastAPI()

    @app.get("/readyz")
    async def ready() -> dict[str, str]:
        return {"status": "ok"}

    _TWINS[name](app)
    uvicorn.run(
        app,
        port=int(os.environ["PORT"]),
        http="httptools",
        ws=WebSocketsSansIOProtocol,
        backlog=BACKLOG,
        access_log=False,
        log_config=None,
        server_header=False,
    )


if __name__ == "__main__":
    main(sys.argv[1])
