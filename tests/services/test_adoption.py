"""A prediction whose create was never answered is found again, and finished."""

import copy
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from core.charges import Charge
from core.context import Context
from core.failures import FailureCode
from core.models import Status
from core.provider.client import Provider
from core.services import adoption
from tests.support.database import TestDatabase
from tests.support.emulator import Fault
from tests.support.faults import answering, dropping, hanging
from tests.support.people import Owner
from tests.support.provider import EmulatedProvider


async def test_a_create_whose_reply_was_lost_is_adopted_and_finished(
    owner: Owner, provider: EmulatedProvider, database: TestDatabase
) -> None:
    generation_id = await owner.submit()
    database.run("UPDATE generations SET external_id = NULL, phase = 'waiting'")  # died before it was saved
    database.age(0.6)
    assert (await owner.read(generation_id)).status is Status.SUCCEEDED
    assert owner.rows()[0]["external_id"] == provider.last_id
    assert provider.creates == 1


async def test_a_read_does_not_wait_for_the_providers_list(
    owner: Owner, provider: EmulatedProvider, database: TestDatabase
) -> None:
    generation_id = await owner.submit()
    database.run("UPDATE generations SET external_id = NULL, phase = 'waiting'")
    database.age(0.6)
    provider.emulator.fault = hanging(3.5)
    started = time.monotonic()
    assert (await owner.read(generation_id)).status is Status.PROCESSING
    assert time.monotonic() - started < 3.3


async def test_each_adopts_their_own_though_they_wrote_the_same(
    owner: Owner, other_owner: Owner, provider: EmulatedProvider, database: TestDatabase
) -> None:
    generation_id = await owner.submit("the same words")
    mine = provider.last_id
    await other_owner.submit("the same words")
    database.run("UPDATE generations SET external_id = NULL WHERE owner_id = %s", owner.id)
    database.age(0.6)
    await owner.read(generation_id)
    assert owner.rows()[0]["external_id"] == mine


async def test_one_that_the_provider_never_had_fails_and_was_not_charged(
    owner: Owner, provider: EmulatedProvider, database: TestDatabase
) -> None:
    provider.emulator.fault = dropping(method="POST")
    generation_id = await owner.submit()
    provider.emulator.fault = None
    database.age(1.0)
    assert (await owner.read(generation_id)).status is Status.PROCESSING
    database.age(1.0)
    ended = await owner.read(generation_id)
    assert (ended.status, ended.error_code, ended.charge) == (
        Status.FAILED,
        FailureCode.PROVIDER_ERROR,
        Charge.NOT_CHARGED,
    )
    await owner.submit()


async def test_while_the_list_does_not_answer_nothing_is_decided(
    owner: Owner, provider: EmulatedProvider, database: TestDatabase
) -> None:
    provider.emulator.fault = dropping(method="POST")
    generation_id = await owner.submit()
    provider.emulator.fault = answering(500)
    database.age(3)
    assert (await owner.read(generation_id)).status is Status.PROCESSING


async def test_a_create_that_may_still_be_under_way_is_nobodys_orphan(
    owner: Owner, provider: EmulatedProvider
) -> None:
    provider.emulator.fault = dropping(method="POST")
    generation_id = await owner.submit()
    asked = len(provider.emulator.requests)
    provider.emulator.fault = None
    await owner.read(generation_id)
    assert len(provider.emulator.requests) == asked
    assert adoption.ORPHAN_AFTER_SECONDS > 20


async def test_the_lists_later_pages_are_read_without_following_its_addresses(
    owner: Owner, provider: EmulatedProvider, database: TestDatabase
) -> None:
    generation_id = await owner.submit()
    created = dict(provider.emulator.predictions[provider.last_id])
    database.run("UPDATE generations SET external_id = NULL")
    database.age(0.6)
    evil = "https://evil.test/v1/predictions?cursor=2"
    pages: Iterator[dict[str, Any]] = iter(
        [{"results": [None, {"model": 1}], "next": evil}, {"results": [created], "next": None}]
    )
    provider.emulator.fault = answering_pages(pages)
    await owner.look_after(generation_id)
    assert owner.rows()[0]["external_id"] == created["id"]


def answering_pages(pages: Iterator[dict[str, Any]]) -> Fault:
    """A fault: the list answers with these pages, one a call; everything else is as it was."""

    async def fault(request: Request) -> Response | None:
        return JSONResponse(next(pages)) if request.url.path == "/v1/predictions" else None

    return fault


@pytest.fixture
async def unmarked(owner: Owner) -> AsyncIterator[Context]:
    """With a model that has no place for our marker."""
    settings = owner.ctx.settings.model_copy(update={"replicate_model": "someone/else"})
    provider = Provider(settings)
    yield replace(owner.ctx, settings=settings, provider=provider)
    await provider.close()


async def test_without_a_place_for_the_marker_each_adopts_one_that_nobody_has(
    unmarked: Context, owner: Owner, other_owner: Owner, provider: EmulatedProvider, database: TestDatabase
) -> None:
    owner, other_owner = replace(owner, ctx=unmarked), replace(other_owner, ctx=unmarked)
    first, second = [await one.submit("the same words") for one in (owner, other_owner)]
    database.run("UPDATE generations SET external_id = NULL WHERE owner_id = %s", owner.id)
    age_all(database, provider, minutes=0.6)
    assert (await owner.read(first)).status is Status.SUCCEEDED
    assert (await other_owner.read(second)).status is Status.SUCCEEDED
    assert {one.rows()[0]["external_id"] for one in (owner, other_owner)} == set(
        provider.emulator.predictions
    )


async def test_a_prediction_is_never_adopted_twice(
    unmarked: Context, owner: Owner, other_owner: Owner, provider: EmulatedProvider, database: TestDatabase
) -> None:
    owner, other_owner = replace(owner, ctx=unmarked), replace(other_owner, ctx=unmarked)
    await owner.submit("the same words")
    provider.emulator.fault = dropping(method="POST")
    second = await other_owner.submit("the same words")
    provider.emulator.fault = None
    age_all(database, provider, minutes=3)
    read = await other_owner.read(second)
    assert (read.status, read.external_id, read.charge) == (Status.FAILED, None, Charge.NOT_CHARGED)


@pytest.mark.parametrize("minutes", [0.0, 4.0], ids=["its create may be under way", "made before"])
async def test_without_a_marker_the_same_words_of_another_time_are_not_ours_and_prove_nothing(
    unmarked: Context, owner: Owner, provider: EmulatedProvider, database: TestDatabase, minutes: float
) -> None:
    owner = replace(owner, ctx=unmarked)
    generation_id = await owner.submit("the same words")
    database.run("UPDATE generations SET external_id = NULL")
    database.age(3)
    provider.age(minutes)
    read = await owner.read(generation_id)
    assert (read.status, read.external_id) == (Status.PROCESSING, None)


def age_all(database: TestDatabase, provider: EmulatedProvider, *, minutes: float) -> None:
    database.age(minutes)
    provider.age(minutes)


async def test_one_that_was_started_with_other_settings_is_known_by_its_marker(
    owner: Owner, provider: EmulatedProvider, database: TestDatabase
) -> None:
    generation_id = await owner.submit()
    database.run("UPDATE generations SET external_id = NULL")
    database.age(0.6)
    changed = {"image_quality": "high", "replicate_model": "openai/gpt-image-1.5"}
    settings = owner.ctx.settings.model_copy(update=changed)
    after_a_deploy = replace(owner, ctx=replace(owner.ctx, settings=settings, provider=Provider(settings)))
    assert (await after_a_deploy.read(generation_id)).external_id == provider.last_id
    await after_a_deploy.ctx.provider.close()


async def test_after_an_hour_the_list_proves_nothing_as_the_provider_forgets(
    owner: Owner, provider: EmulatedProvider, database: TestDatabase
) -> None:
    generation_id = await owner.submit()
    provider.emulator.predictions.clear()
    database.run("UPDATE generations SET external_id = NULL")
    database.age(56)
    assert (await owner.read(generation_id)).failure == (FailureCode.TIMED_OUT, Charge.UNKNOWN)


@pytest.mark.parametrize("reply", [{}, {"results": None}, {"detail": "down"}, {"results": [], "next": 5}])
async def test_what_is_no_list_proves_nothing(
    owner: Owner, provider: EmulatedProvider, database: TestDatabase, reply: dict[str, Any]
) -> None:
    provider.emulator.fault = dropping(method="POST")
    generation_id = await owner.submit()
    database.age(3)
    provider.emulator.fault = answering(200, reply)
    assert (await owner.read(generation_id)).status is Status.PROCESSING


async def test_an_id_that_the_provider_gives_twice_is_one_generations(
    owner: Owner, other_owner: Owner, provider: EmulatedProvider
) -> None:
    provider.emulator.fault = answering(201, {"id": "p1", "status": "starting"}, method="POST")
    await owner.submit()
    await other_owner.submit()
    assert [one.rows()[0]["external_id"] for one in (owner, other_owner)] == ["p1", None]


async def test_a_list_that_is_longer_than_we_read_proves_nothing(
    owner: Owner, provider: EmulatedProvider, database: TestDatabase
) -> None:
    provider.emulator.fault = dropping(method="POST")
    generation_id = await owner.submit()
    database.age(3)
    endless = {"results": [], "next": "https://api.test/v1/predictions?cursor=more"}
    provider.emulator.fault = answering_pages(iter([endless] * 50))
    await owner.look_after(generation_id)
    assert owner.rows()[0]["status"] == Status.PROCESSING


async def test_somebody_who_waits_asks_for_one_page_and_the_loop_for_all(
    owner: Owner, other_owner: Owner, provider: EmulatedProvider, database: TestDatabase
) -> None:
    generation_id = await owner.submit()
    database.run("UPDATE generations SET external_id = NULL")
    mine = provider.emulator.predictions[provider.last_id]
    for number in range(150):
        one = provider.emulator.predictions[f"p{number}"] = copy.deepcopy(mine)
        one.update(id=f"p{number}", created_at=datetime.now(UTC).isoformat())
        one["input"]["user_id"] = f"easel-{number}"
    database.age(3)
    asked = len(provider.emulator.requests)
    assert (await owner.read(generation_id)).external_id is None
    assert len(provider.emulator.requests) == asked + 1
    await owner.look_after(generation_id)
    assert owner.rows()[0]["external_id"] == mine["id"]
