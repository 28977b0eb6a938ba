"""What becomes of a generation that timed out without a word, and of a cancel that nobody confirmed."""

from uuid import UUID

import pytest

from core.charges import Charge
from core.context import Context
from core.errors import CancelNotConfirmed
from core.failures import FailureCode
from core.limits import ProviderLimits
from core.models import PROVIDER_KEEPS, Phase, Status
from core.services import cancel
from core.services.follow_up import follow_up
from tests.api.envelopes import data_of
from tests.support.database import TestDatabase
from tests.support.faults import answering, dropping
from tests.support.images import picture
from tests.support.limits import with_limits
from tests.support.people import Owner, SignedIn
from tests.support.provider_with_files import ProviderWithFiles


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cancel, "_PAUSE_SECONDS", 0.0)


async def timed_out(owner: Owner) -> UUID:
    """One that took too long while nobody could ask the provider."""
    generation_id = await owner.submit("a red kite")
    owner.database.age(7)
    ended = await owner.with_dead_provider().read(generation_id)
    assert ended.failure == (FailureCode.TIMED_OUT, Charge.UNKNOWN)
    assert ended.failure
    assert ended.failure.sentence.endswith("it will be among your pictures.")
    return generation_id


async def waiting(owner: Owner) -> list[UUID]:
    rows = owner.database.run("SELECT generation_id FROM generations_to_settle")
    return [row["generation_id"] for row in rows]


async def test_a_picture_that_was_made_after_all_is_among_the_owners_pictures(
    owner: Owner, provider: ProviderWithFiles
) -> None:
    generation_id = await timed_out(owner)
    await owner.settle()
    await owner.settle()

    failed, late = owner.rows()
    assert (failed["id"], failed["status"], failed["error_code"]) == (generation_id, "failed", "TIMED_OUT")
    assert (failed["charge"], failed["late_charge"], late["charge"]) == ("unknown", "charged", None)
    assert (late["prompt"], late["quality"], late["status"]) == ("a red kite", "medium", "succeeded")
    assert await owner.picture(late["id"]) == picture(size=(800, 600))
    assert provider.creates == 1
    assert await waiting(owner) == []


async def test_however_often_it_is_followed_up_the_picture_comes_once(
    owner: Owner, provider: ProviderWithFiles
) -> None:
    await timed_out(owner)
    one = await owner.read(owner.rows()[0]["id"])
    await follow_up(owner.ctx, one)
    await follow_up(owner.ctx, one)
    assert len(owner.rows()) == 2


@with_limits(provider=ProviderLimits(fetch_seconds=10.0))
async def test_a_late_picture_comes_while_the_next_one_is_being_made(
    owner: Owner, provider: ProviderWithFiles
) -> None:
    await timed_out(owner)
    first = await owner.ctx.provider.fetch_prediction(provider.last_id)
    assert first.status is Status.SUCCEEDED  # before the next begins
    provider.emulator.seconds_to_draw = 1e9
    await owner.submit("the next")
    await owner.settle()
    assert [row["status"] for row in owner.rows()] == ["failed", "processing", "succeeded"]


@pytest.mark.parametrize(("seconds_to_start", "charge"), [(1e9, Charge.NOT_CHARGED), (0.0, Charge.CHARGED)])
async def test_one_that_still_runs_is_canceled_and_its_charge_becomes_known(
    owner: Owner, provider: ProviderWithFiles, seconds_to_start: float, charge: Charge
) -> None:
    provider.never_finish()
    provider.emulator.seconds_to_start = seconds_to_start
    generation_id = await timed_out(owner)
    await owner.settle()
    ended = await owner.read(generation_id)
    assert (ended.failure, ended.known_charge) == ((FailureCode.TIMED_OUT, Charge.UNKNOWN), charge)
    assert provider.cancels == 1
    assert await waiting(owner) == []


async def test_one_that_failed_there_is_not_asked_about_for_ever(
    owner: Owner, provider: ProviderWithFiles
) -> None:
    provider.never_finish()
    generation_id = await timed_out(owner)
    provider.emulator.end(provider.last_id, "failed", error="E003")
    await owner.settle()
    ended = await owner.read(generation_id)
    assert ended.known_charge is Charge.UNKNOWN
    assert await waiting(owner) == []


async def test_one_whose_create_was_never_answered_is_followed_up_too(
    owner: Owner, provider: ProviderWithFiles
) -> None:
    generation_id = await owner.submit()
    owner.database.run("UPDATE generations SET external_id = NULL")
    owner.database.age(7)
    await owner.with_dead_provider().read(generation_id)
    await owner.settle()
    assert [row["status"] for row in owner.rows()] == ["failed", "succeeded"]


async def test_one_that_never_reached_the_provider_turns_out_not_charged(
    owner: Owner, provider: ProviderWithFiles
) -> None:
    provider.emulator.fault = dropping(method="POST")
    generation_id = await owner.submit()
    provider.emulator.fault = None
    owner.database.age(7)
    await owner.with_dead_provider().read(generation_id)
    await owner.settle()
    assert (await owner.read(generation_id)).known_charge is Charge.NOT_CHARGED


async def test_while_the_provider_is_away_it_stays_due_until_nobody_keeps_its_picture(
    owner: Owner, provider: ProviderWithFiles
) -> None:
    generation_id = await timed_out(owner)
    provider.emulator.fault = answering(404)
    await owner.settle()
    assert await waiting(owner) == [generation_id]
    owner.database.run("UPDATE generations SET finished_at = finished_at - %s", PROVIDER_KEEPS)
    await owner.settle()
    assert await waiting(owner) == []


async def test_a_deleted_one_is_removed_and_brings_no_late_picture(
    owner: Owner, provider: ProviderWithFiles
) -> None:
    await owner.delete(await timed_out(owner))
    await owner.settle()
    assert owner.rows() == []


async def test_a_cancel_that_was_not_confirmed_is_asked_for_again_by_the_loop(
    owner: Owner, provider: ProviderWithFiles
) -> None:
    provider.never_finish()
    generation_id = await owner.submit()
    provider.emulator.fault = answering(500, method="POST")
    with pytest.raises(CancelNotConfirmed):
        await owner.cancel(generation_id)
    await owner.settle()
    assert (await owner.read(generation_id)).phase is Phase.DRAWING
    provider.emulator.fault = None
    await owner.settle()
    assert (await owner.read(generation_id)).failure == (FailureCode.CANCELED, Charge.CHARGED)


async def test_a_cancel_before_the_prediction_is_known_is_done_once_it_is(
    owner: Owner, provider: ProviderWithFiles
) -> None:
    provider.never_finish()
    generation_id = await owner.submit()
    owner.database.run("UPDATE generations SET external_id = NULL")
    with pytest.raises(CancelNotConfirmed):
        await owner.cancel(generation_id)
    owner.database.age(0.6)
    await owner.settle()
    assert (await owner.read(generation_id)).status is Status.FAILED
    assert provider.cancels == 1


async def test_a_run_that_nobody_wants_canceled_is_left_alone(
    owner: Owner, provider: ProviderWithFiles
) -> None:
    provider.never_finish()
    await owner.submit()
    await owner.settle()
    assert provider.cancels == 0


async def test_a_picture_that_the_provider_has_forgotten_is_lost_for_good(
    owner: Owner, provider: ProviderWithFiles
) -> None:
    generation_id = await owner.submit()
    provider.files.fault = answering(404)
    succeeded = await owner.read(generation_id)
    owner.database.run("UPDATE generations SET finished_at = finished_at - %s", PROVIDER_KEEPS)
    await owner.settle()
    assert (succeeded.is_lost, (await owner.read(generation_id)).is_lost) == (False, True)
    assert await waiting(owner) == []


async def test_the_dead_address_of_a_lost_picture_is_not_answered(
    ada: SignedIn, ctx: Context, database: TestDatabase, provider: ProviderWithFiles
) -> None:
    maker = Owner(ctx, database, ada.owner_id)
    generation_id = await maker.submit()
    provider.files.fault = answering(404)
    await maker.read(generation_id)
    path = f"/api/v1/generations/{generation_id}"
    assert data_of(await ada.http.get(path))["url"].startswith(provider.url)
    database.run("UPDATE generations SET finished_at = finished_at - %s", PROVIDER_KEEPS)
    await maker.settle()
    lost = data_of(await ada.http.get(path))
    assert (lost["status"], lost["is_lost"], "url" in lost) == ("succeeded", True, False)


async def test_what_is_learned_changes_nothing_of_the_end_and_is_told_with_the_pictures(
    ada: SignedIn, ctx: Context, database: TestDatabase, provider: ProviderWithFiles
) -> None:
    maker = Owner(ctx, database, ada.owner_id)
    generation_id = await timed_out(maker)
    path = f"/api/v1/generations/{generation_id}"
    before = data_of(await ada.http.get(path))
    await maker.settle()
    assert before["charge"] == "unknown"
    assert data_of(await ada.http.get(path)) == before | {"charge": "charged"}
    items = data_of(await ada.http.get("/api/v1/generations"))["items"]
    assert [(item["status"], item["charge"]) for item in items] == [
        ("succeeded", "not_charged"),
        ("failed", "charged"),
    ]
