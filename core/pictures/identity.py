"""The id of a store, kept in it: of two stores on one database each would lack half of the pictures."""

from uuid import UUID

import obstore
from obstore.store import ObjectStore

ID_KEY = "easel-store-id.txt"


def read_id(store: ObjectStore) -> UUID | None:
    """The id in the store; None in one that has none. Raises obstore's errors and `ValueError`."""
    try:
        content = obstore.get(store, ID_KEY).bytes()
    except FileNotFoundError:
        return None
    return UUID(bytes(content).decode().strip())


def write_id(store: ObjectStore, store_id: UUID) -> None:
    """Give the store that id. Raises obstore's errors.

    Not with `mode="create"`: some that speak S3 refuse that, others take it for an ordinary write. Which of
    several starts may write is for the database to say.
    """
    obstore.put(store, ID_KEY, f"{store_id}\n".encode())
