"""An emulator of Replicate's HTTP API: the demo provider.

It answers create, get, cancel and list as the API does, and after a few seconds has a picture that is drawn
from the prompt. It runs inside Easel's process, and keeps its predictions in a folder, so that all processes
with the same `DATA_DIR` share them.
"""

import json
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.provider.drawing import draw_picture

_PAGE = 100


@dataclass
class Emulator:
    """The emulated account.

    `seconds_to_start` and `seconds_to_draw` are the times that a prediction spends in `starting` and
    `processing`; `files_url` is the address below which its pictures are served (default: the emulator's
    own); `folder` is the folder of its predictions (default: memory only).
    """

    seconds_to_start: float = 1.0
    seconds_to_draw: float = 5.0
    files_url: str | None = None
    folder: Path | None = None
    predictions: dict[str, dict[str, Any]] = field(default_factory=dict)

    def app(self) -> Starlette:
        """The ASGI application that answers like `https://api.replicate.com` and serves the pictures."""
        return Starlette(routes=self.routes())

    def routes(self) -> list[Route]:
        """The routes of the API and of the pictures."""
        return [
            Route("/v1/models/{owner}/{name}/predictions", self._create, methods=["POST"]),
            Route("/v1/predictions", self._create, methods=["POST"]),
            Route("/v1/predictions", self._list),
            Route("/v1/predictions/{id}", self._get),
            Route("/v1/predictions/{id}/cancel", self._cancel, methods=["POST"]),
            Route("/files/{id}.png", self.picture),
        ]

    async def picture(self, request: Request) -> Response:
        """The picture of a prediction, as a PNG; 404 for an unknown prediction."""
        prediction = self._find(request.path_params["id"])
        if prediction is None or not prediction.get("input"):
            return Response(status_code=404)
        picture = await run_in_threadpool(draw_picture, str(prediction["input"].get("prompt")))
        return Response(picture, media_type="image/png", headers={"Cache-Control": "private, max-age=3600"})

    async def _create(self, request: Request) -> Response:
        body = await request.json()
        prediction_id = secrets.token_hex(13)
        owner, name = request.path_params.get("owner"), request.path_params.get("name")
        prediction = {
            "id": prediction_id,
            "model": f"{owner}/{name}" if owner else body.get("version"),
            "version": "hidden",
            "input": {k: v for k, v in body["input"].items() if k != "openai_api_key"},
            "output": None,
            "error": None,
            "logs": "",
            "status": "starting",
            "created_at": datetime.now(UTC).isoformat(),
            "data_removed": False,
            "urls": {
                "get": f"{request.base_url}v1/predictions/{prediction_id}",
                "cancel": f"{request.base_url}v1/predictions/{prediction_id}/cancel",
            },
            "_files_url": self.files_url or f"{request.base_url}files",
        }
        self._keep(prediction)
        return JSONResponse(_shown(prediction), status_code=201)

    async def _get(self, request: Request) -> Response:
        prediction = self._find(request.path_params["id"])
        return JSONResponse(_shown(prediction)) if prediction else _not_found()

    async def _cancel(self, request: Request) -> Response:
        prediction = self._find(request.path_params["id"])
        if prediction is None:
            return _not_found()
        if prediction["status"] == "starting":
            self.end(prediction["id"], "aborted")
        elif prediction["status"] == "processing":
            self.end(prediction["id"], "canceled")
        return JSONResponse(_shown(prediction))

    async def _list(self, request: Request) -> Response:
        after, before = (request.query_params.get(name) for name in ("created_after", "cursor"))
        listed = [
            prediction
            for prediction in self._newest_first()
            if (not after or _time(prediction["created_at"]) > _time(after))
            and (not before or _time(prediction["created_at"]) < _time(before))
        ]
        page = [_shown(prediction) for prediction in listed[:_PAGE]]
        following = None
        if len(listed) > _PAGE:
            following = str(request.url.include_query_params(cursor=page[-1]["created_at"]))
        return JSONResponse({"previous": None, "next": following, "results": page})

    def end(self, prediction_id: str, status: str, **changes: Any) -> None:
        """End a prediction now with that status; `changes` go into its JSON. Raises `KeyError`."""
        prediction = self.predictions[prediction_id]
        prediction.update(status=status, completed_at=datetime.now(UTC).isoformat(), **changes)
        self._keep(prediction)

    def _newest_first(self) -> list[dict[str, Any]]:
        ids = [path.stem for path in self.folder.glob("*.json")] if self.folder else list(self.predictions)
        found = filter(None, map(self._find, ids))
        return sorted(found, key=lambda prediction: _time(prediction["created_at"]), reverse=True)

    def _find(self, prediction_id: str) -> dict[str, Any] | None:
        # Another process may have ended the prediction: the file is newer than the copy in memory.
        prediction = self._read(prediction_id) if self.folder else self.predictions.get(prediction_id)
        if prediction and prediction["status"] in {"starting", "processing"}:
            self._advance(prediction)
        return prediction

    def _advance(self, prediction: dict[str, Any]) -> None:
        age = max(0.0, (datetime.now(UTC) - _time(prediction["created_at"])).total_seconds())
        if age >= self.seconds_to_start + self.seconds_to_draw:
            self.end(
                prediction["id"],
                "succeeded",
                output=[f"{prediction['_files_url']}/{prediction['id']}.png"],
                metrics={"predict_time": self.seconds_to_draw, "total_time": age},
            )
        elif age >= self.seconds_to_start:
            prediction["status"] = "processing"
            prediction.setdefault("started_at", datetime.now(UTC).isoformat())

    def _keep(self, prediction: dict[str, Any]) -> None:
        self.predictions[prediction["id"]] = prediction
        if self.folder:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # prompts are in it
            path = self.folder / f"{prediction['id']}.json"
            draft = path.with_suffix(f".{secrets.token_hex(4)}")
            draft.write_text(json.dumps(prediction))
            draft.replace(path)

    def _read(self, prediction_id: str) -> dict[str, Any] | None:
        if not self.folder or not prediction_id.isalnum():
            return None
        try:
            prediction: dict[str, Any] = json.loads((self.folder / f"{prediction_id}.json").read_text())
        except FileNotFoundError:
            return None
        self.predictions[prediction_id] = prediction
        return prediction


def _shown(prediction: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in prediction.items() if not key.startswith("_")}


def _not_found() -> Response:
    problem = {
        "title": "Not found",
        "detail": "The requested resource could not be found.",
        "status": 404,
    }
    return JSONResponse(problem, status_code=404, media_type="application/problem+json")


def _time(value: str) -> datetime:
    return datetime.fromisoformat(value)
