"""The provider's list of predictions, page by page, for finding a prediction whose id is unknown."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

from core.orders import Order
from core.provider.inputs import keeps_marker
from core.provider.replies import MAX_URL_LENGTH
from core.provider.transport import UnreadableReply

# An id becomes part of addresses, and is stored.
_USABLE_ID = re.compile(r"[\w-]{1,200}", re.ASCII)


class Listed(NamedTuple):
    """A prediction in the list."""

    external_id: str
    model: object
    inputs: Mapping[str, Any]
    created_at: datetime | None

    def may_be(self, order: Order, marker: str) -> bool:
        """Whether this may be the order's prediction; certain if the model keeps the marker."""
        if keeps_marker(order.model):
            return self.inputs.get("user_id") == marker
        return self.model == order.model and self.inputs.get("prompt") == order.prompt


class Page(NamedTuple):
    """A page of the list, newest first; `following` is the next page's query, None on the last page."""

    predictions: list[Listed]
    following: str | None


def read_page(reply: Mapping[str, Any]) -> Page:
    """The page in the provider's reply. Raises `UnreadableReply` for a reply that is no page.

    Such a reply must not count as an empty page, which proves that no prediction exists.
    """
    results = reply.get("results")
    if not isinstance(results, list):
        raise UnreadableReply("no list")
    listed = [_listed(one) for one in results if isinstance(one, dict)]
    return Page([one for one in listed if one], _following(reply.get("next")))


def usable_id(reply: Mapping[str, Any]) -> str | None:
    """The id in a prediction's JSON; None if it is missing, or unfit for an address."""
    external_id = reply.get("id")
    return external_id if isinstance(external_id, str) and _USABLE_ID.fullmatch(external_id) else None


def _listed(reply: Mapping[str, Any]) -> Listed | None:
    external_id, inputs = usable_id(reply), reply.get("input")
    if external_id is None or not isinstance(inputs, dict):
        return None
    return Listed(external_id, reply.get("model"), inputs, _time(reply.get("created_at")))


def _time(value: object) -> datetime | None:
    try:
        time = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return time if time and time.tzinfo else None


def _following(address: object) -> str | None:
    """The query of the next page's address. Its host is not used, so that the token stays with this host."""
    if address is None:
        return None
    try:
        query = urlencode(parse_qsl(urlsplit(address).query)) if isinstance(address, str) else None
    except ValueError:
        query = None
    if query is None or len(query) > MAX_URL_LENGTH:
        raise UnreadableReply("no usable address of the next page")
    return query
