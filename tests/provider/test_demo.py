"""The demo provider: the emulator inside the process, its predictions in a folder for all processes."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from pydantic import SecretStr

from core.charges import Charge
from core.failures import FailureCode
from core.models import Phase, Status
from core.provider.choose import choose_provider
from core.provider.client import Provider, ProviderUnavailable
from core.provider.drawing import draw_picture
from core.provider.emulator import Emulator
from core.provider.replies import PROCESSING, Prediction
from core.settings import Settings
from tests.support.application import make_settings
from tests.support.orders import order

MODEL_PATH = "/v1/models/openai/gpt-image-2/predictions"


@pytest.fixture
def emulator(tmp_path: Path) -> Emulator:
    return Emulator(folder=tmp_path / "demo")


@pytest.fixture
def other_process(tmp_path: Path) -> Emulator:
    """The emulator of another process of the same `DATA_DIR`."""
    return Emulator(folder=tmp_path / "demo")


@pytest.fixture
async def http(emulator: Emulator) -> AsyncIterator[httpx.AsyncClient]:
    async with http_of(emulator) as client:
        yield client


def http_of(emulator: Emulator) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(emulator.app()), base_url="http://demo.test")


async def create(http: httpx.AsyncClient, prompt: str = "a red kite") -> dict[str, Any]:
    created: dict[str, Any] = (await http.post(MODEL_PATH, json={"input": {"prompt": prompt}})).json()
    return created


async def get(http: httpx.AsyncClient, prediction_id: str) -> dict[str, Any]:
    prediction: dict[str, Any] = (await http.get(f"/v1/predictions/{prediction_id}")).json()
    return prediction


async def cancel(http: httpx.AsyncClient, prediction_id: str) -> dict[str, Any]:
    prediction: dict[str, Any] = (await http.post(f"/v1/predictions/{prediction_id}/cancel")).json()
    return prediction


def age(emulator: Emulator, prediction_id: str, seconds: float) -> None:
    """Let that much time have passed since the prediction was created."""
    assert emulator.folder
    kept = emulator.folder / f"{prediction_id}.json"
    created_at = datetime.now(UTC) - timedelta(seconds=seconds)
    kept.write_text(json.dumps(json.loads(kept.read_text()) | {"created_at": created_at.isoformat()}))


async def test_a_prediction_starts_runs_and_succeeds_within_a_few_seconds(
    emulator: Emulator, http: httpx.AsyncClient
) -> None:
    created = await create(http)
    seen = {}
    for seconds in (0.0, 1.5, 5.5, 6.5):
        age(emulator, created["id"], seconds)
        seen[seconds] = (await get(http, created["id"]))["status"]
    assert created["status"] == "starting"
    assert seen == {0.0: "starting", 1.5: "processing", 5.5: "processing", 6.5: "succeeded"}


async def test_the_picture_is_a_png_drawn_from_the_prompt(
    emulator: Emulator, http: httpx.AsyncClient
) -> None:
    emulator.seconds_to_start = emulator.seconds_to_draw = 0
    pictures = []
    for prompt in ("a red kite", "a blue whale", "a red kite"):
        ended = await get(http, (await create(http, prompt))["id"])
        shown = await http.get(ended["output"][0])
        assert shown.headers["content-type"] == "image/png"
        pictures.append(shown.content)
    with Image.open(BytesIO(pictures[0])) as picture:
        assert (picture.format, picture.size) == ("PNG", (1024, 1024))
    assert pictures[0] == pictures[2] != pictures[1]


def test_any_prompt_can_be_drawn() -> None:
    assert draw_picture("🪁\ud800\x00") != draw_picture("")


async def test_a_cancel_before_the_start_aborts_it(http: httpx.AsyncClient) -> None:
    created = await create(http)
    assert (await cancel(http, created["id"]))["status"] == "aborted"
    assert (await get(http, created["id"]))["status"] == "aborted"


async def test_a_cancel_while_it_runs_cancels_it(emulator: Emulator, http: httpx.AsyncClient) -> None:
    created = await create(http)
    age(emulator, created["id"], 3)
    assert (await cancel(http, created["id"]))["status"] == "canceled"
    age(emulator, created["id"], 60)
    assert (await get(http, created["id"]))["status"] == "canceled"


async def test_a_cancel_after_the_end_changes_nothing(emulator: Emulator, http: httpx.AsyncClient) -> None:
    created = await create(http)
    age(emulator, created["id"], 60)
    assert (await cancel(http, created["id"]))["status"] == "succeeded"


async def test_the_list_is_newest_first_and_can_begin_after_a_time(
    emulator: Emulator, http: httpx.AsyncClient
) -> None:
    old, new, newest = [(await create(http, prompt))["id"] for prompt in ("old", "new", "newest")]
    age(emulator, old, 60)
    every = (await http.get("/v1/predictions")).json()["results"]
    assert [prediction["id"] for prediction in every] == [newest, new, old]

    since = (datetime.now(UTC) - timedelta(seconds=30)).isoformat()
    recent = (await http.get("/v1/predictions", params={"created_after": since})).json()["results"]
    assert [prediction["input"]["prompt"] for prediction in recent] == ["newest", "new"]


async def test_a_long_list_comes_in_pages(emulator: Emulator, http: httpx.AsyncClient) -> None:
    old, *recent = [(await create(http, str(number)))["id"] for number in range(102)]
    age(emulator, old, 60)
    since = (datetime.now(UTC) - timedelta(seconds=30)).isoformat()
    first = (await http.get("/v1/predictions", params={"created_after": since})).json()
    second = (await http.get(first["next"])).json()
    listed = [prediction["id"] for page in (first, second) for prediction in page["results"]]
    assert (len(first["results"]), listed, second["next"]) == (100, recent[::-1], None)


@pytest.mark.parametrize("prediction_id", ["unknown", "..%2f..%2fsecret", "%00"])
async def test_what_does_not_exist_is_a_404(
    emulator: Emulator, http: httpx.AsyncClient, prediction_id: str
) -> None:
    await create(http)
    for path in (f"/v1/predictions/{prediction_id}", f"/files/{prediction_id}.png"):
        assert (await http.get(path)).status_code == 404
    assert (await http.post(f"/v1/predictions/{prediction_id}/cancel")).status_code == 404


async def test_two_processes_share_their_predictions(
    emulator: Emulator, other_process: Emulator, http: httpx.AsyncClient
) -> None:
    created = await create(http)
    async with http_of(other_process) as elsewhere:
        assert (await elsewhere.get("/v1/predictions")).json()["results"] == [created]
        assert await get(elsewhere, created["id"]) == created
        picture = await elsewhere.get(f"/files/{created['id']}.png")
        assert picture.content == draw_picture("a red kite")


async def test_what_one_process_cancels_is_canceled_in_the_other(
    emulator: Emulator, other_process: Emulator, http: httpx.AsyncClient
) -> None:
    created = await create(http)
    async with http_of(other_process) as elsewhere:
        await get(elsewhere, created["id"])
        await cancel(http, created["id"])
        age(emulator, created["id"], 60)
        assert (await get(elsewhere, created["id"]))["status"] == "aborted"


async def test_predictions_outlive_the_process(emulator: Emulator, http: httpx.AsyncClient) -> None:
    created = await create(http)
    assert emulator.folder
    async with http_of(Emulator(folder=emulator.folder)) as restarted:
        assert await get(restarted, created["id"]) == created


async def test_the_openai_key_is_not_kept(emulator: Emulator, http: httpx.AsyncClient) -> None:
    body = {"input": {"prompt": "a red kite", "openai_api_key": "sk-secret"}}
    created = await http.post(MODEL_PATH, json=body)
    assert emulator.folder
    kept = [path.read_text() for path in emulator.folder.iterdir()]
    assert "sk-secret" not in created.text + "".join(kept)


async def test_without_a_token_the_demo_answers_through_the_same_client(tmp_path: Path) -> None:
    settings = make_settings(replicate_api_token=None, data_dir=tmp_path)
    provider, pictures = choose_provider(settings)
    external_id = await provider.start_prediction(order=order("a red kite"))
    assert await provider.fetch_prediction(external_id) == PROCESSING._replace(phase=Phase.STARTING)
    assert await provider.cancel_prediction(external_id) == Prediction(
        Status.FAILED, error=FailureCode.CANCELED, charge=Charge.NOT_CHARGED
    )
    with pytest.raises(ProviderUnavailable):
        await provider.fetch_prediction("unknown")
    await provider.close()

    assert pictures
    http = httpx.AsyncClient(transport=httpx.ASGITransport(pictures), base_url="http://demo.test")
    async with http:
        assert (await http.get(f"/demo/files/{external_id}.png")).status_code == 200


async def test_the_demos_picture_is_at_the_public_address(tmp_path: Path) -> None:
    emulator = Emulator(seconds_to_start=0, seconds_to_draw=0, files_url="http://easel.test/demo/files")
    provider = Provider(make_settings(), wrapped=httpx.ASGITransport(emulator.app()))
    external_id = await provider.start_prediction(order=order("a red kite"))
    ended = await provider.fetch_prediction(external_id)
    assert (ended.status, ended.url) == (
        Status.SUCCEEDED,
        f"http://easel.test/demo/files/{external_id}.png",
    )


async def test_with_a_token_there_is_no_demo(settings: Settings) -> None:
    with_token = settings.model_copy(update={"replicate_api_token": SecretStr("r8_token")})
    provider, pictures = choose_provider(with_token)
    assert pictures is None
    await provider.close()
