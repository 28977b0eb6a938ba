"""Cancel: confirmed by the provider, frees the person at once, and says what was charged."""

import pytest

from core import services
from core.charges import Charge
from core.errors import CancelNotConfirmed, NotFound, ProviderFailed
from core.failures import FailureCode
from core.models import Phase, Status
from core.services import cancel
from tests.support.emulator import Fault
from tests.support.faults import answering, answering_in_turn, dropping
from tests.support.people import Owner
from tests.support.provider_with_files import ProviderWithFiles
from tests.support.waiting import all_is_done


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cancel, "_PAUSE_SECONDS", 0.0)


@pytest.mark.parametrize(
    ("phase", "seconds_to_start", "charge"),
    [(Phase.STARTING, 1e9, Charge.NOT_CHARGED), (Phase.DRAWING, 0.0, Charge.CHARGED)],
)
async def test_a_cancel_is_charged_only_once_drawing_has_begun(
    owner: Owner, provider: ProviderWithFiles, phase: Phase, seconds_to_start: float, charge: Charge
) -> None:
    provider.never_finish()
    provider.emulator.seconds_to_start = seconds_to_start
    generation_id = await owner.submit()
    assert (await owner.read(generation_id)).phase is phase

    ended = await owner.cancel(generation_id)
    assert (ended.status, ended.failure) == (Status.FAILED, (FailureCode.CANCELED, charge))
    assert ended.failure
    assert ended.failure.sentence.endswith(charge.sentence)
    assert owner.row()["cancel_requested_at"]
    assert (provider.cancels, provider.emulator.predictions[provider.last_id]["status"]) == (
        1,
        {Phase.STARTING: "aborted", Phase.DRAWING: "canceled"}[phase],
    )


async def test_a_canceled_generation_frees_its_owner_at_once(
    owner: Owner, provider: ProviderWithFiles
) -> None:
    provider.never_finish()
    await owner.cancel(await owner.submit())
    await owner.submit()


async def test_a_cancel_that_comes_too_late_keeps_the_picture(
    owner: Owner, provider: ProviderWithFiles
) -> None:
    generation_id = await owner.submit()
    ended = await owner.cancel(generation_id)
    await all_is_done(owner.ctx)
    assert (ended.status, ended.charge) == (Status.SUCCEEDED, Charge.CHARGED)
    assert provider.cancels == 0
    assert await owner.picture(generation_id)
    assert (await owner.cancel(generation_id)).status is Status.SUCCEEDED


async def test_a_picture_that_is_finished_while_the_cancel_is_on_its_way_is_kept(
    owner: Owner, provider: ProviderWithFiles
) -> None:
    provider.never_finish()
    generation_id = await owner.submit()
    url = f"{provider.url}/files/{provider.last_id}.png"
    done = {"id": provider.last_id, "status": "succeeded", "output": [url]}
    provider.emulator.fault = answering(200, done, method="POST")
    assert (await owner.cancel(generation_id)).result_url == url
    await all_is_done(owner.ctx)
    assert await owner.picture(generation_id)


async def test_a_cancel_that_the_provider_confirms_a_little_later_is_waited_for(
    owner: Owner, provider: ProviderWithFiles
) -> None:
    provider.never_finish()
    generation_id = await owner.submit()
    runs = answering(200, {"id": provider.last_id, "status": "processing"})
    ends = answering(200, {"id": provider.last_id, "status": "canceled"})
    provider.emulator.fault = answering_in_turn(runs, runs, runs, ends)
    assert (await owner.cancel(generation_id)).error_code is FailureCode.CANCELED


@pytest.mark.parametrize("fault", [answering(500), answering(404), dropping()], ids=["500", "404", "dropped"])
async def test_without_the_providers_word_a_cancel_has_not_happened(
    owner: Owner, provider: ProviderWithFiles, fault: Fault
) -> None:
    provider.never_finish()
    generation_id = await owner.submit()
    provider.emulator.fault = fault
    with pytest.raises(CancelNotConfirmed):
        await owner.cancel(generation_id)
    assert owner.row()["status"] == "processing"
    provider.emulator.fault = None
    assert (await owner.cancel(generation_id)).error_code is FailureCode.CANCELED


async def test_a_provider_that_cannot_be_reached_has_not_confirmed(
    owner: Owner, provider: ProviderWithFiles
) -> None:
    provider.never_finish()
    generation_id = await owner.submit()
    dead = owner.with_dead_provider()
    with pytest.raises(CancelNotConfirmed):
        await services.cancel_generation(dead.ctx, id=generation_id, owner_id=owner.id)
    assert owner.row()["status"] == "processing"


async def test_what_has_no_id_at_the_provider_cannot_be_canceled_there(
    owner: Owner, provider: ProviderWithFiles
) -> None:
    provider.emulator.fault = answering(500, method="POST")
    generation_id = await owner.submit()
    with pytest.raises(CancelNotConfirmed):
        await owner.cancel(generation_id)
    assert owner.row()["status"] == "processing"
    assert provider.cancels == 0


async def test_nobody_cancels_anothers(owner: Owner, other_owner: Owner, provider: ProviderWithFiles) -> None:
    provider.never_finish()
    generation_id = await owner.submit()
    with pytest.raises(NotFound):
        await other_owner.cancel(generation_id)
    assert (owner.row()["status"], provider.cancels) == ("processing", 0)


async def test_a_refusal_costs_nothing_and_says_so(owner: Owner, provider: ProviderWithFiles) -> None:
    provider.emulator.fault = answering(422)
    with pytest.raises(ProviderFailed) as caught:
        await owner.submit()
    assert caught.value.message.endswith("Nothing was charged.")
    assert (owner.row()["charge"], owner.row()["error_code"]) == ("not_charged", "PROVIDER_REJECTED")


@pytest.mark.parametrize(
    ("status", "charge"),
    [
        ("succeeded", "charged"),
        ("canceled", "charged"),
        ("aborted", "not_charged"),
        ("failed", "unknown"),
    ],
)
async def test_what_was_charged_when_the_provider_ended_it(
    owner: Owner, provider: ProviderWithFiles, status: str, charge: str
) -> None:
    provider.never_finish()
    generation_id = await owner.submit()
    provider.emulator.end(provider.last_id, status, output=[f"{provider.url}/files/{provider.last_id}.png"])
    await owner.read(generation_id)
    assert owner.row()["charge"] == charge


@pytest.mark.parametrize(
    ("seconds_to_start", "charge"), [(1e9, "not_charged"), (0.0, "charged")], ids=["aborted", "canceled"]
)
async def test_one_that_took_too_long_was_charged_as_its_cancel_confirms(
    owner: Owner, provider: ProviderWithFiles, seconds_to_start: float, charge: str
) -> None:
    provider.never_finish()
    provider.emulator.seconds_to_start = seconds_to_start
    generation_id = await owner.submit()
    owner.database.age(7)
    await owner.read(generation_id)
    assert (owner.row()["error_code"], owner.row()["charge"]) == ("TIMED_OUT", charge)


async def test_one_that_took_too_long_without_a_word_may_have_been_charged(
    owner: Owner, provider: ProviderWithFiles
) -> None:
    provider.never_finish()
    generation_id = await owner.submit()
    owner.database.age(7)
    ended = await owner.with_dead_provider().read(generation_id)
    assert ended.failure == (FailureCode.TIMED_OUT, Charge.UNKNOWN)
    assert ended.failure
    assert "We cannot tell whether it was charged." in ended.failure.sentence
