"""Generations in every state they can be in, for a fuzzer to find: it would never guess an id."""

from datetime import UTC, datetime
from pathlib import Path
from random import Random
from secrets import token_urlsafe
from typing import Any
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb

from core.api_tokens import new_api_token
from core.callers import LoginToken
from core.charges import Charge
from core.failures import FailureCode
from tests.support.database import TestDatabase
from tests.support.images import picture

COPIES = 4
_PICTURE = picture(size=(64, 48))
_THUMBNAIL = picture("WEBP", (32, 24))
_INSERT = "INSERT INTO generations SELECT * FROM jsonb_populate_recordset(NULL::generations, %s)"


class Library:
    """Rows of `owner_id` with pictures in `folder`; `renew` puts everything back as it was."""

    def __init__(self, database: TestDatabase, folder: Path) -> None:
        self.owner_id = uuid4()
        self._database = database
        self._folder = folder
        self._random = Random(4)  # noqa: S311  (a fuzzer's choices, the same each time)
        self._stranger = uuid4()
        kinds = ["stored", "deleted", "to copy", "a stranger's", *FailureCode]
        self.ids: dict[str, list[UUID]] = {kind: [uuid4() for _ in range(COPIES)] for kind in kinds}
        self.ids["just made"] = []
        self.api_tokens = {kind: new_api_token() for kind in ("generate", "read", "expired")}
        self._own_token_ids: list[UUID] = []
        self.api_tokens["mistyped"] = f"{new_api_token()[:-1]}!"

    def any_id(self) -> tuple[str, UUID]:
        """An id, with what kind of generation it is of; those with a picture come more often."""
        kinds = [kind for kind, ids in self.ids.items() if ids]
        kind = self._random.choice([*kinds, *["stored", kinds[-1]] * 3])
        return kind, self._random.choice(self.ids[kind])

    def add(self, made: str) -> None:
        """Keep the id of a generation that a case has made, and let the next one to read it end it."""
        self._database.run("UPDATE generations SET next_poll_at = now() WHERE id = %s", made)
        self.ids["just made"] = [*self.ids["just made"][-COPIES:], UUID(made)]

    def any_token_id(self) -> UUID:
        """The id of an API token that a case may revoke."""
        self.keep_few_api_tokens()
        return self._add_api_token("to revoke", new_api_token())

    def keep_few_api_tokens(self) -> None:
        """Remove those that cases have made but the newest: a person cannot have more than 20."""
        self._database.run(
            "DELETE FROM api_tokens WHERE id IN (SELECT id FROM api_tokens"
            " WHERE owner_id = %s AND NOT id = ANY(%s) ORDER BY created_at DESC OFFSET 5)",
            self.owner_id,
            self._own_token_ids,
        )

    def any_session_id(self) -> UUID:
        """The id of a login session that a case may end."""
        token = token_urlsafe()
        self._database.sign_in(token, self.owner_id)
        statement = "SELECT id FROM login_sessions WHERE token_hash = %s"
        [newest] = self._database.run(statement, LoginToken.of(token).hash)
        found: UUID = newest["id"]
        return found

    def sign_in(self, token: str) -> None:
        """Let the owner in by that token, if they are not."""
        self._database.run("DELETE FROM login_sessions WHERE token_hash = %s", LoginToken.of(token).hash)
        self._database.sign_in(token, self.owner_id)
        self._database.run(
            "INSERT INTO people (owner_id, name) VALUES (%s, 'Ada') ON CONFLICT DO NOTHING", self.owner_id
        )

    def renew(self) -> None:
        self._renew_api_tokens()
        lasting = {kind: ids for kind, ids in self.ids.items() if kind != "just made"}
        rows = [self._row(kind, one) for kind, ids in lasting.items() for one in ids]
        self._database.run("DELETE FROM generations WHERE id = ANY(%s)", [row["id"] for row in rows])
        self._database.run(_INSERT, Jsonb(rows))
        for row in rows:
            if row["stored_at"]:
                folder = self._folder / row["owner_id"]
                folder.mkdir(parents=True, exist_ok=True)
                (folder / row["id"]).write_bytes(_PICTURE)
                (folder / f"{row['id']}.thumb").write_bytes(_THUMBNAIL)

    def _renew_api_tokens(self) -> None:
        # Not those that cases have made: what was just made must be there.
        hashes = [LoginToken.of(token).hash for token in self.api_tokens.values()]
        self._database.run("DELETE FROM api_tokens WHERE token_hash = ANY(%s)", hashes)
        self._own_token_ids = [self._add_api_token(kind, token) for kind, token in self.api_tokens.items()]

    def _add_api_token(self, kind: str, token: str) -> UUID:
        [row] = self._database.run(
            "INSERT INTO api_tokens (token_hash, owner_id, name, scopes, expires_at)"
            " VALUES (%s, %s, %s, ARRAY[%s], now() + make_interval(hours => %s)) RETURNING id",
            LoginToken.of(token).hash,
            self.owner_id,
            kind,
            "read" if kind == "read" else "generate",
            -1 if kind == "expired" else 24,
        )
        added: UUID = row["id"]
        return added

    def _row(self, kind: str, id: UUID) -> dict[str, Any]:
        now = datetime.now(UTC).isoformat()
        is_failed = kind in set(FailureCode)
        row: dict[str, Any] = {
            "id": str(id),
            "owner_id": str(self._stranger if kind == "a stranger's" else self.owner_id),
            "prompt": "a red kite",
            "external_id": f"prediction-of-{id}",
            "status": "failed" if is_failed else "succeeded",
            "result_url": None if is_failed else "https://replicate.delivery/out-0.png",
            "error_code": kind if is_failed else None,
            "model": "openai/gpt-image-2",
            "phase": "drawing",
            "charge": self._random.choice(list(Charge)),
            "deleted_at": now if kind == "deleted" else None,
            "stored_at": None,
        }
        if not is_failed and kind != "to copy":
            row |= {"stored_at": now, "picture_type": "image/png", "picture_width": 64, "picture_height": 48}
        return row | dict.fromkeys(("created_at", "updated_at", "finished_at", "next_poll_at"), now)
