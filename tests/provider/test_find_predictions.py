"""The provider's list, page by page: whatever it says of its next page, the answer is ids or none."""

import json
from datetime import UTC, datetime

import pytest

from core.provider.client import Provider, ProviderUnavailable
from tests.support.faults import answering, answering_in_turn, answering_text
from tests.support.orders import order
from tests.support.provider import EmulatedProvider

NOW = datetime(2026, 11, 20, tzinfo=UTC)
KITE = {
    "id": "p1",
    "model": "openai/gpt-image-2",
    "input": {"prompt": "a kite", "quality": "medium", "number_of_images": 1, "user_id": "easel-1"},
}


async def find(replicate: Provider) -> list[str]:
    found = await replicate.find_predictions(
        order=order("a kite"),
        marker="easel-1",
        created_after=NOW,
        whole_list=True,
    )
    return [one.external_id for one in found]


async def test_the_next_page_is_asked_for_by_its_query_alone(
    replicate: Provider, provider: EmulatedProvider
) -> None:
    following = {"results": [], "next": "https://evil.test/elsewhere?cursor=a%2Fb%20c"}
    provider.emulator.fault = answering_in_turn(
        answering(200, following), answering(200, {"results": [KITE]})
    )
    assert await find(replicate) == ["p1"]
    assert list(provider.emulator.requests) == [("GET", "/v1/predictions")] * 2


@pytest.mark.parametrize(
    "following",
    ["https://[half?cursor=1", "/?cursor=\ud800", "/?cursor=" + "x" * 70_000],
    ids=["a broken address", "a lone surrogate", "an address without end"],
)
async def test_a_next_page_that_is_none_is_no_answer(
    replicate: Provider, provider: EmulatedProvider, following: str
) -> None:
    page = json.dumps({"results": [], "next": following})
    provider.emulator.fault = answering_text(200, page, "application/json")
    with pytest.raises(ProviderUnavailable, match="next page"):
        await find(replicate)


@pytest.mark.parametrize("following", ["/?cursor=\x00\r\n", "?", "", "cursor=1", "//\t?a=\x7f&b=%ff"])
async def test_a_strange_address_of_the_next_page_does_no_harm(
    replicate: Provider, provider: EmulatedProvider, following: str
) -> None:
    provider.emulator.fault = answering_in_turn(
        answering(200, {"results": [], "next": following}), answering(200, {"results": [KITE]})
    )
    assert await find(replicate) == ["p1"]
