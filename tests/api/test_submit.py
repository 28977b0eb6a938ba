"""`POST /api/v1/generations/submit` and `GET /api/v1/generations/{id}`: the happy way."""

from tests.conftest import SignedIn


async def test_a_submitted_prompt_becomes_a_picture(ada: SignedIn) -> None:
    submitted = await ada.http.post("/api/v1/generations/submit", json={"prompt": "a red kite"})
    assert submitted.status_code == 200
    generation_id = submitted.json()["data"]["id"]

    read = await ada.http.get(f"/api/v1/generations/{generation_id}")
    assert read.json()["data"]["status"] == "succeeded"
    assert read.json()["data"]["url"].endswith(".png")
