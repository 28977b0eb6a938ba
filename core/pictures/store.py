"""The store of pictures: a folder, or a bucket of any kind that obstore supports (S3, GCS, Azure)."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from core.errors import ConfigurationError
from core.limits import PictureLimits
from core.pictures.identity import ID_KEY, read_id, write_id
from core.pictures.reasons import reason_of

if TYPE_CHECKING:
    from obstore.store import RetryConfig

# obstore's default is ten in three minutes; here upkeep repeats a copy that fails for longer.
_RETRIES: "RetryConfig" = {"max_retries": 2, "retry_timeout": timedelta(seconds=10)}
# The memory that a slow reader takes; obstore's default is 10 MB.
_PART_BYTES = 64 * 1024


class StoreUnavailable(Exception):
    """The folder or bucket does not work; the message has the reason in one line."""


class StoredPicture:
    """A picture in the store: its `size` in bytes, and any range of its bytes."""

    def __init__(self, store: ObjectStore, key: str, size: int) -> None:
        self._store = store
        self._key = key
        self.size = size

    async def parts(self, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from `start` up to but not including `end` (None: the last), in parts.

        Raises obstore's errors.
        """
        options: obstore.GetOptions = {"range": (start, self.size if end is None else end)}
        result = await obstore.get_async(self._store, self._key, options=options)
        async for part in result.stream(min_chunk_size=_PART_BYTES):
            yield bytes(part)


class PictureStore:
    """Writes, reads and deletes by key, each within `store_seconds`. A write is complete or has no effect:
    obstore writes a file under a temporary name and renames it, and writes to a bucket in one request."""

    def __init__(self, store: ObjectStore, setting: str, limits: PictureLimits) -> None:
        self._store = store
        self._setting = setting
        self._limits = limits

    @classmethod
    def open(cls, url: str | None, folder: Path, limits: PictureLimits = PictureLimits()) -> "PictureStore":
        """The store at `url` (`s3://`, `gs://`, `az://`, `file://`), or in `folder` if `url` is None.

        A bucket's credentials come from the usual environment variables of its provider. Raises
        `ConfigurationError` for an impossible URL or folder; `try_out` finds out whether the store works.
        """
        setting = "DATA_DIR" if url is None else "IMAGE_STORE_URL"
        try:
            if url is not None:
                return cls(from_url(url, retry_config=_RETRIES), setting, limits)
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            return cls(LocalStore(folder), setting, limits)
        except (BaseError, ValueError, OSError) as error:
            raise _not_usable(setting, reason_of(error)) from None

    def try_out(self) -> None:
        """Write, read and delete a small object under a random name.

        Raises `ConfigurationError` when a step fails, or all steps take longer than `probe_seconds`.
        """
        if problem := self._in_thread(self._try_out):
            raise _not_usable(self._setting, problem)

    def check_id(self, claim: Callable[[UUID, Callable[[], None]], UUID]) -> None:
        """See that this is the store of the database, by `core.database.known_store`'s `claim`.

        A store without an id is given one, if the database knows none either. Raises `ConfigurationError`
        when it is another store, or cannot be read or written.
        """
        found = self._read_id()
        own = found or uuid4()
        known = claim(own, lambda: None if found else self._write_id(own))
        if known != own:
            found = self._read_id()  # another start may have written it meanwhile
            if known != found:
                raise _not_usable(
                    self._setting,
                    f"the pictures of this database are in another store. Give every process the same one; "
                    f"if the pictures have moved here, write {known} into {ID_KEY} beside them "
                    f"(it has {found or 'no id'})",
                )

    def _read_id(self) -> UUID | None:
        ids: list[UUID | None] = []
        if problem := self._in_thread(lambda: self._use_id(lambda: ids.append(read_id(self._store)))):
            raise _not_usable(self._setting, problem)
        return ids[0]

    def _write_id(self, store_id: UUID) -> None:
        if problem := self._in_thread(lambda: self._use_id(lambda: write_id(self._store, store_id))):
            raise _not_usable(self._setting, problem)

    def _in_thread(self, act: Callable[[], str]) -> str:
        """What `act` returns, or the reason why it took longer than `probe_seconds`.

        In a thread, because signals do not interrupt the library's calls. They interrupt its coroutines, but
        a process that ends right after one may crash, because the library's threads still use Python.
        """
        problems = [f"no answer within {self._limits.probe_seconds:g} seconds"]
        trial = Thread(target=lambda: problems.append(act()), daemon=True)
        trial.start()
        trial.join(self._limits.probe_seconds)
        return problems[-1]

    async def put(self, key: str, content: bytes, content_type: str) -> None:
        """Write `content` under `key`, in place of what is there. Raises `StoreUnavailable`."""
        # A folder cannot store the content type; Easel reads it from the generation's row.
        attributes = None if isinstance(self._store, LocalStore) else {"Content-Type": content_type}
        async with self._answering("writing"):
            await obstore.put_async(self._store, key, content, attributes=attributes)

    async def open_picture(self, key: str) -> StoredPicture:
        """The picture under `key`. Raises `FileNotFoundError` and `StoreUnavailable`."""
        async with self._answering("reading", may_lack=True):
            meta = await obstore.head_async(self._store, key)
        return StoredPicture(self._store, key, meta["size"])

    async def delete(self, key: str) -> None:
        """Delete the picture under `key`, if there is one. Raises `StoreUnavailable`."""
        try:
            async with self._answering("deleting", may_lack=True):
                await obstore.delete_async(self._store, key)
        except FileNotFoundError:
            return

    async def list_keys(self, prefix: str) -> list[str]:
        """All keys that begin with `prefix`, up to a slash. Raises `StoreUnavailable`."""
        async with self._answering("listing"):
            listed = await obstore.list(self._store, prefix=prefix.rstrip("/")).collect_async()
        return [each["path"] for each in listed]

    @asynccontextmanager
    async def _answering(self, doing: str, *, may_lack: bool = False) -> AsyncIterator[None]:
        """Limits the block's time and turns the library's many errors into `StoreUnavailable`.

        With `may_lack`, `FileNotFoundError` stays as it is.
        """
        seconds = self._limits.store_seconds
        try:
            async with asyncio.timeout(seconds):
                yield
        except TimeoutError:
            raise StoreUnavailable(f"{doing}: no answer within {seconds:g} seconds") from None
        except Exception as error:
            if may_lack and isinstance(error, FileNotFoundError):
                raise
            raise StoreUnavailable(f"{doing}: {reason_of(error)}") from None

    def _try_out(self) -> str:
        """The reason why the store does not work; empty if it works."""
        key = f"easel-probe-{secrets.token_hex(16)}"
        doing = "writing"
        try:
            obstore.put(self._store, key, key.encode())
            doing = "reading"
            is_same = bytes(obstore.get(self._store, key).bytes()) == key.encode()
            doing = "deleting"
            obstore.delete(self._store, key)
        except BaseException as error:  # noqa: BLE001  (the library's panic is no Exception)
            if doing == "reading":
                with suppress(BaseException):
                    obstore.delete(self._store, key)
            return f"{doing}: {reason_of(error)}"
        return "" if is_same else "reading: it gives back something else than was written"

    def _use_id(self, act: Callable[[], None]) -> str:
        """The reason why `act` failed, empty if it did not."""
        try:
            act()
        except ValueError:
            return f"{ID_KEY} is damaged: it holds no id"
        except BaseException as error:  # noqa: BLE001  (as above)
            return f"{ID_KEY}: {reason_of(error)}"
        return ""


def _not_usable(setting: str, reason: str) -> ConfigurationError:
    return ConfigurationError([f"{setting}: pictures cannot be kept there: {reason}"])
