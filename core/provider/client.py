"""Start, look at and cancel predictions. The boundary to the provider: nothing else talks to it."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Coroutine, Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
from replicate.client import Client

from core.failures import FailureCode
from core.provider.breaker import Breaker
from core.provider.inputs import model_inputs
from core.provider.replies import Prediction, failure_of_status, read_prediction
from core.provider.transport import ErrorStatus, SendOnceTransport, UnreadableReply, kept_reply
from core.settings import Settings

START_TIMEOUT_SECONDS = 20.0
FETCH_TIMEOUT_SECONDS = 2.0
CANCEL_TIMEOUT_SECONDS = 5.0
LIST_TIMEOUT_SECONDS = 5.0
_LIST_PAGES = 5
# The provider ends a run by itself a little after we stop waiting, should nobody be there to cancel.
CANCEL_AFTER_SLACK_SECONDS = 30
# It becomes part of addresses, and is stored.
_USABLE_ID = re.compile(r"[\w-]{1,200}", re.ASCII)

logger = logging.getLogger(__name__)


class StartRefused(Exception):
    """No prediction was started: the provider refused it, or was never reached."""

    def __init__(self, code: FailureCode) -> None:
        super().__init__(code.value)
        self.code = code


class StartUncertain(Exception):
    """A prediction may or may not have been started: the request went out, no readable reply came."""


class ProviderUnavailable(Exception):
    """The provider could not be asked, or gave no readable answer."""


class Provider:
    """One account at Replicate (or the demo, when `wrapped` is its transport)."""

    def __init__(self, settings: Settings, wrapped: httpx.AsyncBaseTransport | None = None) -> None:
        self._settings = settings
        self._transport = SendOnceTransport(wrapped)
        self._breaker = Breaker()
        token = settings.replicate_api_token
        deadline = settings.in_flight_ttl_minutes * 60 + CANCEL_AFTER_SLACK_SECONDS
        self._client = Client(
            api_token=token.get_secret_value() if token else "demo",
            base_url=settings.replicate_base_url,
            transport=self._transport,
            headers={"Cancel-After": f"{deadline}s"},
        )

    async def start_prediction(self, *, prompt: str, marker: str | None = None) -> str:
        """Start a prediction, sending the request exactly once; returns its id at the provider.

        `marker` goes into the inputs where the model has a place for one: `find_prediction` knows
        the prediction by it.

        Raises `StartRefused` when nothing was started and `StartUncertain` when nobody can know.
        """
        create = self._client.models.predictions.async_create(
            model=self._settings.replicate_model, input=model_inputs(self._settings, prompt, marker)
        )
        try:
            reply = await _answer(create, START_TIMEOUT_SECONDS)
        except ErrorStatus as error:
            if not 400 <= error.status < 500:  # noqa: PLR2004  (the HTTP class of client errors)
                raise StartUncertain(f"status {error.status}") from error
            logger.warning("The provider refused a create with status %d", error.status)
            raise StartRefused(failure_of_status(error.status)) from error
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol) as error:
            raise StartRefused(FailureCode.PROVIDER_ERROR) from error
        except (httpx.HTTPError, UnreadableReply, TimeoutError) as error:
            raise StartUncertain(type(error).__name__) from error
        external_id = _usable_id(reply)
        if external_id is None:
            raise StartUncertain("no usable id in the reply")
        return external_id

    async def find_predictions(self, *, prompt: str, marker: str, created_after: datetime) -> list[str]:
        """The ids of the predictions that were started with that prompt and marker.

        Looks through the newest pages of the provider's list. Raises `ProviderUnavailable`, also where
        the answer would not be certain: for a model without a place for the marker, whose prompt alone
        may be somebody else's, and when the list is longer than we read.
        """
        wanted = model_inputs(self._settings, prompt, marker)
        if marker not in wanted.values():
            raise ProviderUnavailable("this model keeps no marker")
        found: list[str] = []
        query = urlencode({"created_after": created_after.isoformat()})
        for _ in range(_LIST_PAGES):
            call = self._client.predictions.async_list(f"/v1/predictions?{query}")
            page = await self._read(call, LIST_TIMEOUT_SECONDS)
            for reply in _objects(page.get("results")):
                if reply.get("model") == self._settings.replicate_model and _has_inputs(reply, wanted):
                    found += filter(None, [_usable_id(reply)])
            following = page.get("next")
            if not isinstance(following, str):
                break
            query = urlsplit(following).query  # no more of it: the token goes where we say
        else:
            if not found:
                raise ProviderUnavailable("the list is longer than we read")
        return found

    async def fetch_prediction(self, external_id: str) -> Prediction:
        """Where a prediction stands, asked once. Raises `ProviderUnavailable` when nobody says."""
        return await self._ask(self._client.predictions.async_get(external_id), FETCH_TIMEOUT_SECONDS)

    async def cancel_prediction(self, external_id: str) -> Prediction:
        """Ask the provider to end a prediction; where it stands then. Raises `ProviderUnavailable`."""
        cancel = self._client.predictions.async_cancel(external_id)
        return await self._ask(cancel, CANCEL_TIMEOUT_SECONDS, is_urgent=True)

    async def close(self) -> None:
        await self._transport.aclose()

    async def _ask(
        self, call: Coroutine[Any, Any, Any], timeout_seconds: float, *, is_urgent: bool = False
    ) -> Prediction:
        return read_prediction(await self._read(call, timeout_seconds, is_urgent=is_urgent))

    async def _read(
        self, call: Coroutine[Any, Any, Any], timeout_seconds: float, *, is_urgent: bool = False
    ) -> dict[str, Any]:
        """The reply, asked for once; not at all while the provider is sick, unless it `is_urgent`."""
        if self._breaker.is_open and not is_urgent:
            call.close()
            raise ProviderUnavailable("not asked: it has failed too often just now")
        try:
            reply = await _answer(call, timeout_seconds)
        except ErrorStatus as error:
            # A 4xx is an answer, and 429 and 5xx are signs of a sick or tired provider.
            is_sick = error.status >= 500 or error.status == 429  # noqa: PLR2004
            if is_sick:
                self._breaker.failed(error.retry_after)
            raise ProviderUnavailable(str(error)) from error
        except UnreadableReply as error:
            self._breaker.failed()
            raise ProviderUnavailable(str(error)) from error
        except (httpx.HTTPError, TimeoutError) as error:
            self._breaker.failed()
            # Not its text, which can quote our headers.
            raise ProviderUnavailable(type(error).__name__) from error
        self._breaker.succeeded()
        return reply


def _usable_id(reply: Mapping[str, Any]) -> str | None:
    external_id = reply.get("id")
    return external_id if isinstance(external_id, str) and _USABLE_ID.fullmatch(external_id) else None


def _objects(results: object) -> Iterable[dict[str, Any]]:
    return (one for one in results if isinstance(one, dict)) if isinstance(results, list) else ()


def _has_inputs(reply: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether it was created with our inputs; a secret one is not shown again, so it is not compared."""
    inputs = reply.get("input")
    return isinstance(inputs, dict) and all(
        inputs.get(name) == value for name, value in wanted.items() if name != "openai_api_key"
    )


async def _answer(call: Awaitable[Any], timeout_seconds: float) -> dict[str, Any]:
    """The JSON object that the provider answers `call` with, however the client takes it.

    The client raises errors of its own on replies that it cannot parse, long after our transport
    has read them, so what it makes of the reply is of no interest.
    """
    with kept_reply() as reply:
        async with asyncio.timeout(timeout_seconds):
            try:
                await call
            except (httpx.HTTPError, ErrorStatus, UnreadableReply):
                raise
            except Exception:
                if not reply.has_come:
                    raise
    return reply.content
