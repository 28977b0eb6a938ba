"""The provider of the soak: one call in twenty goes wrong, in a way chosen at random."""

import asyncio
import json
import random
import zlib
from collections import Counter
from collections.abc import Callable, Mapping
from struct import pack
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from tests.support.emulator import Fault, FaultyEmulator
from tests.support.faults import NEVER_ENDING, NO_ANSWER, answering, answering_text
from tests.support.images import picture

FAULTY = 0.05
# Up to more than Easel waits for a create, which is then carried out though nobody waits any more.
LONGEST_HANG_SECONDS = 25.0

_PNG = picture(size=(64, 48))
_END_OF_PNG = 12  # the length of a PNG's last chunk, which is always the same
_ENDS_AFTER_SECONDS = 2.0
_ABORTS_AFTER_SECONDS = 0.3
_UNKNOWN_FOR_SECONDS = 8.0

# What failed predictions of this provider have said.
_FAILURE_TEXTS = (
    "The input or output was flagged as sensitive. Please try again with different inputs. (E005)",
    "Your request was rejected by the safety system",
    "Prediction interrupted; please retry (code: PA)",
    "Service is experiencing high demand (E003)",
    "Director: unexpected error handling prediction (E9828)",
    "Your organization must be verified to use the model",
    "words that nobody has seen before",
)


class FaultyProvider(FaultyEmulator):
    """The emulator with every kind of fault; `recover` ends them. `faults` counts those that there were."""

    def __init__(self, seed: int) -> None:
        super().__init__(seconds_to_start=1.0, seconds_to_draw=4.0, fault=self._choose_fault)
        self.faults: Counter[str] = Counter()
        self._random = random.Random(seed)  # noqa: S311  (repeatable on purpose)
        self._share = FAULTY
        self._ways: Mapping[str, Mapping[str, Fault]] = {
            "create": _NO_ANSWERS | _REFUSALS | self._hangs | self._lost_replies | self._bad_ends,
            "cancel": _NO_ANSWERS | _TIRED | self._hangs | self._lost_replies,
            "get": _NO_ANSWERS | _TIRED | self._hangs | {"404": answering(404)},
            "list": _NO_ANSWERS | _TIRED | self._hangs,
            "picture": _NO_PICTURE,
        }

    def recover(self) -> None:
        """From now on every call is answered as it should be; those that hang may do so to their end."""
        self._share = 0.0

    async def picture(self, request: Request) -> Response:
        faulty = await self._choose_fault(request)
        known = self._find(request.path_params["id"])
        return faulty or (Response(picture_of(known["id"])) if known else Response(status_code=404))

    async def _choose_fault(self, request: Request) -> Response | None:
        if self._random.random() >= self._share:
            return None
        call = _call_of(request)
        name = self._random.choice(list(self._ways[call]))
        self.faults[f"{call}: {name}"] += 1
        return await self._ways[call][name](request)

    @property
    def _hangs(self) -> dict[str, Fault]:
        async def hang(_: Request) -> None:
            await asyncio.sleep(self._random.uniform(1.0, LONGEST_HANG_SECONDS))

        return {"a hang": hang}

    @property
    def _lost_replies(self) -> dict[str, Fault]:
        """The call is carried out, and charged, but nobody hears of it."""
        return {f"carried out, then {name}": self._carried_out(fault) for name, fault in _NO_ANSWERS.items()}

    def _carried_out(self, lose: Fault) -> Fault:
        async def fault(request: Request) -> Response | None:
            await (self._cancel(request) if request.url.path.endswith("/cancel") else self._create(request))
            return await lose(request)

        return fault

    @property
    def _bad_ends(self) -> dict[str, Fault]:
        """The create is answered as it should be, but what it started ends badly."""
        failures = {
            f"failed: {text}": self._ending(_ENDS_AFTER_SECONDS, "failed", error=text)
            for text in _FAILURE_TEXTS
        }
        return failures | {
            "aborted": self._ending(_ABORTS_AFTER_SECONDS, "aborted"),
            "canceled there": self._ending(_ENDS_AFTER_SECONDS, "canceled"),
            "succeeded without output": self._ending(_ENDS_AFTER_SECONDS, "succeeded", output=None),
            "an unknown status": self._starting_then(_ENDS_AFTER_SECONDS, self._ponder),
        }

    def _ending(self, seconds: float, status: str, **changes: Any) -> Fault:
        def end(prediction: dict[str, Any]) -> None:
            if prediction["status"] in {"starting", "processing"}:
                self.end(prediction["id"], status, **changes)

        return self._starting_then(seconds, end)

    def _starting_then(self, seconds: float, act: Callable[[dict[str, Any]], None]) -> Fault:
        async def fault(request: Request) -> Response:
            response = await self._create(request)
            prediction = self.predictions[json.loads(bytes(response.body))["id"]]
            asyncio.get_running_loop().call_later(seconds, act, prediction)
            return response

        return fault

    def _ponder(self, prediction: dict[str, Any]) -> None:
        """A status that nobody has heard of, for a while."""
        if prediction["status"] in {"starting", "processing"}:
            prediction["status"] = "pondering"
            resume = {"status": "processing"}
            asyncio.get_running_loop().call_later(_UNKNOWN_FOR_SECONDS, prediction.update, resume)


def picture_of(prediction_id: str) -> bytes:
    """The picture of that prediction: its bytes are unlike those of any other."""
    text = b"tEXt" + b"prediction\0" + prediction_id.encode()
    chunk = pack(">I", len(text) - 4) + text + pack(">I", zlib.crc32(text))
    return _PNG[:-_END_OF_PNG] + chunk + _PNG[-_END_OF_PNG:]


def _call_of(request: Request) -> str:
    path = request.url.path
    if path.startswith("/files/"):
        return "picture"
    if path.endswith("/cancel"):
        return "cancel"
    if path.endswith("/predictions"):
        return "create" if request.method == "POST" else "list"
    return "get"


def _truncated() -> Fault:
    async def fault(request: Request) -> Response:
        return Response(picture_of(request.path_params["id"])[:100])

    return fault


# A drip ends when Easel hangs up. The hang of NEVER_ENDING does not, so this provider has its own.
_NO_ANSWERS = NO_ANSWER | {"a reply that drips": NEVER_ENDING["a reply that drips"]}
_TIRED: dict[str, Fault] = {"429": answering(429, {"title": "Too many requests", "retry_after": 2})}
_REFUSALS: dict[str, Fault] = {
    "401": answering(401, {"title": "Unauthenticated"}),
    "402": answering(402, {"title": "Insufficient credit"}),
    "422": answering(422, {"title": "Input validation failed", "invalid_fields": []}),
} | _TIRED
_NO_PICTURE: dict[str, Fault] = {
    "404": answering(404),
    "500": answering(500),
    "truncated": _truncated(),
    "not an image": answering_text(200, "<!doctype html><title>Sorry</title>"),
    "a dropped connection": NO_ANSWER["a dropped connection"],
}
