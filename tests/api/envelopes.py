"""The two shapes of an answer, checked to the last key."""

from typing import Any

import httpx

SUBMIT = "/api/v1/generations/submit"


def data_of(response: httpx.Response) -> Any:
    """The `data` of a success."""
    assert response.status_code == 200, response.text
    body = response.json()
    assert body.keys() == {"success", "data"}
    assert body["success"] is True
    return body["data"]


def error_of(response: httpx.Response, status: int, code: str) -> Any:
    """The `error` of a failure, which has that status and code."""
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"] == "application/json"
    body = response.json()
    assert body.keys() == {"success", "error"}
    assert body["success"] is False
    error = body["error"]
    assert error.keys() - {"details"} == {"code", "message", "request_id"}
    assert error["code"] == code
    assert error["message"]
    assert error["request_id"] == response.headers["X-Request-Id"]
    return error


def details_of(response: httpx.Response) -> Any:
    """The `details` of a 400, which name the form's errors and each field's."""
    details = error_of(response, 400, "VALIDATION_ERROR")["details"]
    assert details.keys() == {"formErrors", "fieldErrors"}
    return details
