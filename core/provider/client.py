"""Start, fetch, find and cancel predictions: the only module that calls the provider's API."""

import asyncio
import logging
from collections.abc import Awaitable, Coroutine
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import httpx
from replicate.client import Client

from core.failures import FailureCode
from core.limits import ProviderLimits
from core.metrics import Metrics
from core.orders import Order
from core.provider.breaker import Breaker
from core.provider.inputs import model_inputs
from core.provider.listing import Listed, Page, read_page, usable_id
from core.provider.replies import Prediction, failure_of_status, read_prediction
from core.provider.transport import ErrorStatus, SendOnceTransport, UnreadableReply, kept_reply
from core.settings import Settings

# Each has 100 predictions: enough for the last ten minutes of an account that creates 4 a second.
LIST_PAGES = 25
# How long after Easel's time limit the provider cancels a run by itself, if nobody has canceled it.
CANCEL_AFTER_SLACK_SECONDS = 30

logger = logging.getLogger(__name__)


class StartRefused(Exception):
    """No prediction was started: the provider refused it, or was not reached."""

    def __init__(self, code: FailureCode) -> None:
        super().__init__(code.value)
        self.code = code


class StartUncertain(Exception):
    """A prediction may have been started: the request was sent, but no readable reply arrived."""


class ProviderUnavailable(Exception):
    """The provider was not reached or gave no readable answer, or calls to it pause at the moment."""


class Provider:
    """One account at Replicate; the demo if `wrapped` is a transport to its emulator."""

    def __init__(
        self,
        settings: Settings,
        wrapped: httpx.AsyncBaseTransport | None = None,
        limits: ProviderLimits = ProviderLimits(),
        metrics: Metrics | None = None,
    ) -> None:
        key = settings.openai_api_key
        self._openai_api_key = key.get_secret_value() if key else None
        self._limits = limits
        self._transport = SendOnceTransport(wrapped, limits.max_reply_bytes, metrics or Metrics())
        self._breaker = Breaker(limits=limits)
        self._finding_out: asyncio.Task[None] | None = None
        token = settings.replicate_api_token
        deadline = settings.in_flight_ttl_minutes * 60 + CANCEL_AFTER_SLACK_SECONDS
        self._client = Client(
            api_token=token.get_secret_value() if token else "demo",
            base_url=settings.replicate_base_url,
            transport=self._transport,
            headers={"Cancel-After": f"{deadline}s"},
        )

    async def start_prediction(self, *, order: Order, marker: str | None = None) -> str:
        """Start a prediction, with one request that is never repeated. Returns its id at the provider.

        `marker` goes into the inputs of models that have a place for it; `find_predictions` searches for it.

        Raises `StartRefused` when nothing was started, and `StartUncertain` when this is unknown.
        """
        if self._breaker.is_sick and not await self._is_back():
            # A create sent now would most likely end uncertain, and block its owner for minutes.
            raise StartRefused(FailureCode.PROVIDER_BUSY)
        create = self._client.models.predictions.async_create(
            model=order.model,
            input=model_inputs(order, marker=marker, openai_api_key=self._openai_api_key),
        )
        try:
            reply = await _answer(create, self._limits.start_seconds)
        except ErrorStatus as error:
            if not httpx.codes.is_client_error(error.status):
                raise StartUncertain(f"status {error.status}") from error
            logger.warning("The provider refused a create with status %d", error.status)
            raise StartRefused(failure_of_status(error.status)) from error
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol) as error:
            raise StartRefused(FailureCode.PROVIDER_ERROR) from error
        except (httpx.HTTPError, UnreadableReply, TimeoutError) as error:
            raise StartUncertain(type(error).__name__) from error
        external_id = usable_id(reply)
        if external_id is None:
            raise StartUncertain("no usable id in the reply")
        return external_id

    async def find_predictions(
        self, *, order: Order, marker: str, created_after: datetime, whole_list: bool
    ) -> list[Listed]:
        """The predictions, oldest first, that may have been started with that order and marker.

        Reads one page of the provider's list within `fetch_seconds`, or, for the `whole_list`, up to
        `LIST_PAGES` within `search_seconds`. Raises `ProviderUnavailable`, also when nothing was found on
        these pages and the list has more.
        """
        timeout_seconds = self._limits.search_seconds if whole_list else self._limits.fetch_seconds
        query = urlencode({"created_after": created_after.isoformat()})
        try:
            async with asyncio.timeout(timeout_seconds):
                for _ in range(LIST_PAGES if whole_list else 1):
                    page = await self._list(query)
                    found = [one for one in page.predictions if one.may_be(order, marker)]
                    if found or page.following is None:
                        return found[::-1]
                    query = page.following
        except TimeoutError:
            raise ProviderUnavailable("the list takes too long") from None
        raise ProviderUnavailable("the list is longer than we read")

    async def _list(self, query: str) -> Page:
        call = self._client.predictions.async_list(f"/v1/predictions?{query}")
        try:
            return read_page(await self._read(call, self._limits.list_seconds))
        except UnreadableReply as error:
            raise ProviderUnavailable(str(error)) from error

    async def fetch_prediction(self, external_id: str) -> Prediction:
        """The state of a prediction, from one request. Raises `ProviderUnavailable`."""
        fetch = self._client.predictions.async_get(external_id)
        return await self._ask(fetch, self._limits.fetch_seconds)

    async def cancel_prediction(self, external_id: str) -> Prediction:
        """Cancel a prediction. Returns its state after that. Raises `ProviderUnavailable`."""
        cancel = self._client.predictions.async_cancel(external_id)
        return await self._ask(cancel, self._limits.cancel_seconds, is_urgent=True)

    @property
    def is_sick(self) -> bool:
        """Whether so many calls have failed that the next ones pause."""
        return self._breaker.is_sick

    async def close(self) -> None:
        """Close all connections."""
        if self._finding_out:
            self._finding_out.cancel()
        await self._transport.aclose()

    async def _is_back(self) -> bool:
        """Whether a sick provider answers a request for an empty page, which simultaneous callers share.

        False, without a request, during a pause that the provider asked for.
        """
        if self._breaker.is_told_to_wait:
            return False
        if self._finding_out is None or self._finding_out.done():
            self._finding_out = asyncio.create_task(self._find_out())
        await asyncio.shield(self._finding_out)
        return not self._breaker.is_sick

    async def _find_out(self) -> None:
        query = urlencode({"created_after": datetime.now(UTC).isoformat()})
        page = self._client.predictions.async_list(f"/v1/predictions?{query}")
        with suppress(ProviderUnavailable):
            await self._read(page, self._limits.fetch_seconds, is_urgent=True)

    async def _ask(
        self, call: Coroutine[Any, Any, Any], timeout_seconds: float, *, is_urgent: bool = False
    ) -> Prediction:
        return read_prediction(await self._read(call, timeout_seconds, is_urgent=is_urgent))

    async def _read(
        self, call: Coroutine[Any, Any, Any], timeout_seconds: float, *, is_urgent: bool = False
    ) -> dict[str, Any]:
        """The reply to one request; during a pause only an urgent call is made."""
        if not (is_urgent or self._breaker.lets_through()):
            call.close()
            raise ProviderUnavailable("not asked: it has failed too often just now")
        asked_after = self._breaker.pauses
        try:
            reply = await _answer(call, timeout_seconds)
        except ErrorStatus as error:
            if _is_answer(error.status):
                self._breaker.succeeded(asked_after)
            else:
                self._breaker.failed(asked_after, error.retry_after)
            raise ProviderUnavailable(str(error)) from error
        except UnreadableReply as error:
            self._breaker.failed(asked_after)
            raise ProviderUnavailable(str(error)) from error
        except (httpx.HTTPError, TimeoutError) as error:
            self._breaker.failed(asked_after)
            # Without the error's text, which can quote headers.
            raise ProviderUnavailable(type(error).__name__) from error
        self._breaker.succeeded(asked_after)
        return reply


def _is_answer(status: int) -> bool:
    """Whether a healthy provider refused the request; 429, 5xx and redirects count as failures."""
    return httpx.codes.is_client_error(status) and status != httpx.codes.TOO_MANY_REQUESTS


async def _answer(call: Awaitable[Any], timeout_seconds: float) -> dict[str, Any]:
    """The JSON object with which the provider answers `call`.

    The client raises errors on replies that it cannot parse, after the transport has read them: these
    errors are ignored.
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
