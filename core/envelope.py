"""The one shape of every JSON answer, for programs and for the OpenAPI description."""

from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel
from starlette.responses import JSONResponse

from core.errors import EaselError
from core.logs import request_id

T = TypeVar("T")


class Success(BaseModel, Generic[T]):
    success: Literal[True] = True
    data: T


class ErrorBody(BaseModel):
    code: str
    message: str
    details: dict[str, Any] | None = None
    request_id: str


class Failure(BaseModel):
    success: Literal[False] = False
    error: ErrorBody


def failures(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """An operation's failures for OpenAPI; `default` keeps out FastAPI's 422, which is never answered."""
    described = {"model": Failure}
    away = described | {"headers": {"Retry-After": {"required": True, "schema": {"type": "integer"}}}}
    return {"default": described} | {status: away if status == 503 else described for status in statuses}  # noqa: PLR2004


def failure(error: EaselError) -> JSONResponse:
    """The answer that tells a program, and the person behind it, about `error`."""
    body = ErrorBody(
        code=error.code, message=error.message, details=error.details, request_id=request_id.get()
    )
    return JSONResponse(
        Failure(error=body).model_dump(exclude_none=True),
        status_code=error.status,
        headers=error.headers,
    )
