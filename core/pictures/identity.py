"""The id of a store, kept in it: of two stores on one database each would lack half of the pictures."""

from contextlib import suppress
from uuid import UUID, uuid4

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import ObjectStore

ID_KEY = "easel-store-id.txt"


def id_of(store: ObjectStore) -> UUID:
    """The id in the store; the first that asks gives it one. Raises obstore's errors and `ValueError`."""
    try:
        return _read(store)
    except FileNotFoundError:
        _make(store)
    return _read(store)


def _read(store: ObjectStore) -> UUID:
    return UUID(bytes(obstore.get(store, ID_KEY).bytes()).decode().strip())


def _make(store: ObjectStore) -> None:
    """Of several at once the first one's stays, where the store can do that: some that speak S3 cannot."""
    content = f"{uuid4()}\n".encode()
    try:
        with suppress(AlreadyExistsError):
            obstore.put(store, ID_KEY, content, mode="create")
    except BaseError:
        obstore.put(store, ID_KEY, content)
