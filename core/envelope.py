"""The one shape of every JSON answer, for programs and for the OpenAPI description."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any, Generic, Literal, TypeVar

import orjson
from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema
from starlette.responses import JSONResponse, Response

from core.errors import EaselError
from core.logs import request_id

T = TypeVar("T")


def _describe_as_left_out(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


def _describe_as_boolean(schema: dict[str, Any]) -> None:
    """Without `const`: openapi-generator's Python compares it with text, and refuses every answer."""
    schema.pop("const", None)


NOT_BLANK = r"^[^\x00]*[^\s\x00\x1c-\x1f\x85][^\x00]*$"
"""For a description: text that can be stored and is not blank, as `str.isspace` sees it."""
STORABLE = r"^[^\x00]*$"
OrLeftOut = Annotated[
    T | SkipJsonSchema[None],
    Field(default=None, exclude_if=lambda value: value is None, json_schema_extra=_describe_as_left_out),
]
"""A field of an answer that is left out where there is no value, and never null."""


class Success(BaseModel, Generic[T]):
    success: Annotated[
        Literal[True], Field(description="Always true.", json_schema_extra=_describe_as_boolean)
    ] = True
    data: T


def success_json(data: Any, headers: Mapping[str, str] | None = None) -> Response:
    """The answer `data`, which is of the type that its route is described with: nobody validates it again."""
    return Response(success_body(data), media_type="application/json", headers=headers)


def success_body(data: Any) -> bytes:
    """The same as it is sent."""
    return orjson.dumps({"success": True, "data": data}, option=orjson.OPT_UTC_Z)


class ErrorBody(BaseModel):
    code: str = Field(description="A stable word for programs.", examples=["NOT_FOUND"])
    message: str = Field(description="A sentence for people.", examples=["There is nothing here."])
    details: OrLeftOut[dict[str, Any]] = None
    request_id: str = Field(description="As in `X-Request-Id` and in the log.", examples=["a1b2c3d4e5f60718"])


class ErrorEnvelope(BaseModel):
    success: Annotated[
        Literal[False], Field(description="Always false.", json_schema_extra=_describe_as_boolean)
    ] = False
    error: ErrorBody


_ERROR_ENVELOPE = f"#/components/schemas/{ErrorEnvelope.__name__}"


def described_errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """An operation's errors for OpenAPI, and 429, which every operation may answer.

    `default` keeps out FastAPI's 422, which is never answered.
    """
    # As a model each would have a validator built, hundreds at each start; `default` has the model described.
    described: dict[str, Any] = {"content": {"application/json": {"schema": {"$ref": _ERROR_ENVELOPE}}}}
    seconds: dict[str, Any] = {"schema": {"type": "integer"}, "description": "Seconds."}
    headers = {
        HTTPStatus.TOO_MANY_REQUESTS: {
            "Retry-After": seconds | {"required": True},
            "RateLimit-Policy": {"schema": {"type": "string"}, "description": "What was counted."},
            "RateLimit": {"schema": {"type": "string"}, "description": "When it goes on."},
        },
        HTTPStatus.CONFLICT: {"Retry-After": seconds},  # not with every code of that status
        HTTPStatus.SERVICE_UNAVAILABLE: {"Retry-After": seconds | {"required": True}},
    }
    return {"default": {"model": ErrorEnvelope, "description": "Any other error."}} | {
        status: described | ({"headers": headers[HTTPStatus(status)]} if status in headers else {})
        for status in (*statuses, HTTPStatus.TOO_MANY_REQUESTS.value)
    }


def error_json(error: EaselError) -> JSONResponse:
    """The answer that tells a program, and the person behind it, about `error`."""
    body = ErrorBody(
        code=error.code, message=error.message, details=error.details, request_id=request_id.get()
    )
    return JSONResponse(
        ErrorEnvelope(error=body).model_dump(), status_code=error.status, headers=error.headers
    )
