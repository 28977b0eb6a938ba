"""`/api/v1/admin/...`: what the page of the administrators asks for. It is no part of the described API."""

import csv
import io
import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, BeforeValidator, Field
from starlette.responses import Response

from core import services
from core.api.access import Needs, owner_of, reader_of, signed_in_router
from core.context import Context
from core.envelope import success_json
from core.middleware.head import is_head
from core.services import NOBODY, Day, Part, PersonOfMonth, Sort

PATH = "/v1/admin"
MAX_PEOPLE = 100
_NO_STORE = {"Cache-Control": "private, no-store"}
_CSV_HEAD = ("name", "email", "id", "generations", "failures", "charged_usd", "reserved_usd")
_DELETED = "Deleted accounts"
# What spreadsheets take for the beginning of a formula: https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = re.compile(r"(^|[;,\t\r\n])\s*[=+\-@＝＋－＠]")  # noqa: RUF001  (full-width ones)


def _month(text: str) -> date:
    if not re.fullmatch(r"[2-9]\d{3}-(0[1-9]|1[0-2])", text):
        raise ValueError("is a month like 2026-11")
    return date.fromisoformat(f"{text}-01")


Month = Annotated[date, BeforeValidator(_month)]


class Table(BaseModel):
    """The part of a table that is shown."""

    q: str = Field("", max_length=200)
    sort: Sort = Sort.NAME
    descending: bool = False
    offset: int = Field(0, ge=0, le=10_000_000)
    limit: int = Field(50, ge=1, le=MAX_PEOPLE)


def create_router(ctx: Context) -> APIRouter:
    """The routes."""
    router = signed_in_router(ctx, Needs.ADMIN, prefix=PATH, include_in_schema=False)
    _add_reads(router, ctx)
    _add_acts(router, ctx)
    return router


def _add_reads(router: APIRouter, ctx: Context) -> None:
    @router.get("/months/{month}")
    async def read_month(request: Request, month: Month) -> Response:
        found = await services.read_month(ctx, reader_of(request), month)
        settings = ctx.settings
        limits = {
            "model": settings.replicate_model,
            "quality": settings.image_quality,
            "price_usd": _number(settings.price_of_a_picture),
            "generations_per_day": settings.generations_per_day,
            "budget_usd": _number(found.budget_usd),
        }
        return _answer(
            {
                "is_paused": found.is_paused,
                "charged_usd": _number(found.charged_usd),
                "reserved_usd": _number(found.reserved_usd),
                "left_usd": _number(found.left_usd),
                "limits": limits,
                "days": [_day(each) for each in found.days],
            }
        )

    @router.get("/months/{month}/people")
    async def read_people(request: Request, month: Month, table: Annotated[Table, Query()]) -> Response:
        part = Part(table.q.replace("\x00", ""), table.sort, table.descending, table.offset, table.limit)
        found = await services.read_people(ctx, reader_of(request), month, part)
        me = owner_of(request)
        return _answer({"total": found.total, "items": [_person(each, me) for each in found.items]})

    @router.get("/months/{month}/people.csv")
    async def download_month(request: Request, month: Month) -> Response:
        by = None if is_head(request.scope) else owner_of(request)
        found = await services.download_month(ctx, reader_of(request), month, by)
        headers = {"Content-Disposition": f'attachment; filename="easel-{month:%Y-%m}.csv"', **_NO_STORE}
        return Response(_csv(found), media_type="text/csv; charset=utf-8", headers=headers)

    @router.get("/audit")
    async def read_audit_log(
        request: Request, before: Annotated[int | None, Query(ge=1, le=2**62)] = None
    ) -> Response:
        rows = await services.read_audit_log(ctx, reader_of(request), before)
        return _answer({"items": [each._asdict() for each in rows]})


def _add_acts(router: APIRouter, ctx: Context) -> None:
    @router.post("/pause")
    async def pause(request: Request) -> Response:
        await services.set_paused(ctx, reader_of(request), is_paused=True)
        return _answer({"is_paused": True})

    @router.post("/resume")
    async def resume(request: Request) -> Response:
        await services.set_paused(ctx, reader_of(request), is_paused=False)
        return _answer({"is_paused": False})

    @router.post("/people/{id}/block")
    async def block(request: Request, id: UUID) -> Response:
        await services.set_blocked(ctx, reader_of(request), id, is_blocked=True, by=owner_of(request))
        return _answer({"id": id})

    @router.post("/people/{id}/unblock")
    async def unblock(request: Request, id: UUID) -> Response:
        await services.set_blocked(ctx, reader_of(request), id, is_blocked=False, by=owner_of(request))
        return _answer({"id": id})

    @router.post("/people/{id}/end-sessions")
    async def end_sessions(request: Request, id: UUID) -> Response:
        await services.end_login_sessions_of(ctx, reader_of(request), id)
        return _answer({"id": id})


def _answer(data: Any) -> Response:
    return success_json(data, _NO_STORE)


def _day(day: Day) -> dict[str, Any]:
    return {
        "day": day.day,
        "generations": day.generations,
        "failures": day.failures,
        "charged_usd": _number(day.charged_usd),
        "reserved_usd": _number(day.reserved_usd),
    }


def _person(person: PersonOfMonth, me: UUID) -> dict[str, Any]:
    amounts = {name: _number(getattr(person, name)) for name in ("charged_usd", "reserved_usd")}
    return (
        person._asdict() | amounts | {"is_me": person.owner_id == me, "is_deleted": person.owner_id == NOBODY}
    )


def _csv(people: Iterable[PersonOfMonth]) -> str:
    """With a byte order mark, without which Excel takes it for its own old encoding."""
    file = io.StringIO()
    file.write("\ufeff")
    writer = csv.writer(file, quoting=csv.QUOTE_ALL)
    writer.writerow(_CSV_HEAD)
    for each in people:
        name = _DELETED if each.owner_id == NOBODY else each.name
        amounts = (each.generations, each.failures, each.charged_usd, each.reserved_usd)
        writer.writerow([_cell(name), _cell(each.email), each.owner_id, *amounts])
    return file.getvalue()


def _cell(text: str | None) -> str:
    """Text that no spreadsheet takes for a formula, whichever character separates its cells."""
    return f"'{text}" if text and _FORMULA.search(text) else text or ""


def _number(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)
