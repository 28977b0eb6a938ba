"""The provider's list of predictions, page by page: which of them may be one whose id we never learned."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

from core.orders import Order
from core.provider.inputs import keeps_marker
from core.provider.replies import MAX_URL_LENGTH
from core.provider.transport import UnreadableReply

# It becomes part of addresses, and is stored.
_USABLE_ID = re.compile(r"[\w-]{1,200}", re.ASCII)


class Listed(NamedTuple):
    """A prediction as the list has it."""

    external_id: str
    model: object
    inputs: Mapping[str, Any]
    created_at: datetime | None

    def may_be(self, order: Order, marker: str) -> bool:
        """Whether this may be the order's prediction; a certainty where the model keeps the marker."""
        if keeps_marker(order.model):
            return self.inputs.get("user_id") == marker
        return self.model == order.model and self.inputs.get("prompt") == order.prompt


class Page(NamedTuple):
    """Newest first; `following` is the query of the next page, if there is one."""

    predictions: list[Listed]
    following: str | None


def read_page(reply: Mapping[str, Any]) -> Page:
    """Raises `UnreadableReply` for a reply that is no page: an empty page would prove that there is none."""
    results = reply.get("results")
    if not isinstance(results, list):
        raise UnreadableReply("no list")
    listed = [_listed(one) for one in results if isinstance(one, dict)]
    return Page([one for one in listed if one], _following(reply.get("next")))


def usable_id(reply: Mapping[str, Any]) -> str | None:
    """The prediction's id, if it is one that can be asked about."""
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
    """The query of the next page's address, and no more of it: the token goes where we say."""
    if address is None:
        return None
    try:
        query = urlencode(parse_qsl(urlsplit(address).query)) if isinstance(address, str) else None
    except ValueError:
        query = None
    if query is None or len(query) > MAX_URL_LENGTH:
        raise UnreadableReply("no usable address of the next page")
    return query
