"""Where pictures are kept: a folder, or any bucket that obstore knows (S3-compatible, GCS, Azure)."""

from collections.abc import AsyncIterator
from pathlib import Path

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from core.errors import ConfigurationError

# A reader who does not read holds one part; obstore's own are 10 MB.
_PART_BYTES = 64 * 1024


class StoreUnavailable(Exception):
    """The folder or bucket does not answer as it should."""


class StoredPicture:
    """A picture in the store: its `size` in bytes, and its bytes from any to any."""

    def __init__(self, store: ObjectStore, key: str, size: int) -> None:
        self._store = store
        self._key = key
        self.size = size

    async def parts(self, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from `start` up to but not including `end`, in parts."""
        options: obstore.GetOptions = {"range": (start, self.size if end is None else end)}
        result = await obstore.get_async(self._store, self._key, options=options)
        async for part in result.stream(min_chunk_size=_PART_BYTES):
            yield bytes(part)


class PictureStore:
    """Puts, reads and deletes by key. A put is whole or not there at all: obstore writes a file under
    a temporary name and renames it, and a bucket's put is one request."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    @classmethod
    def open(cls, url: str | None, folder: Path) -> "PictureStore":
        """The store at `url` (`s3://`, `gs://`, `az://`, `file://`), or `folder` without one.

        A bucket's credentials come from its provider's usual environment variables. Raises
        `ConfigurationError` for a URL or a folder that cannot be one.
        """
        if url is None:
            try:
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                return cls(LocalStore(folder))
            except (BaseError, OSError) as error:
                reason = str(error).splitlines()[0]
                raise ConfigurationError([f"DATA_DIR: pictures cannot be kept there: {reason}"]) from None
        try:
            return cls(from_url(url))
        except (BaseError, ValueError, OSError) as error:
            reason = str(error).splitlines()[0]
            raise ConfigurationError([f"IMAGE_STORE_URL: not a store that can be used: {reason}"]) from None

    async def put(self, key: str, content: bytes, content_type: str) -> None:
        """Raises `StoreUnavailable`."""
        # A folder keeps no content type; the row does, for both.
        attributes = None if isinstance(self._store, LocalStore) else {"Content-Type": content_type}
        try:
            await obstore.put_async(self._store, key, content, attributes=attributes)
        except (BaseError, OSError) as error:
            raise StoreUnavailable(str(error).splitlines()[0]) from error

    async def open_picture(self, key: str) -> StoredPicture:
        """Raises `FileNotFoundError` when it is not there and `StoreUnavailable`."""
        try:
            meta = await obstore.head_async(self._store, key)
        except FileNotFoundError:
            raise
        except (BaseError, OSError) as error:
            raise StoreUnavailable(str(error).splitlines()[0]) from error
        return StoredPicture(self._store, key, meta["size"])

    async def delete(self, key: str) -> None:
        """One that is not there counts as deleted. Raises `StoreUnavailable`."""
        try:
            await obstore.delete_async(self._store, key)
        except FileNotFoundError:
            return
        except (BaseError, OSError) as error:
            raise StoreUnavailable(str(error).splitlines()[0]) from error
