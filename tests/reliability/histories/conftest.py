"""The provider whose pictures are at its own address, as the pictures' tests have it."""

from tests.pictures.conftest import served_provider

__all__ = ["served_provider"]
