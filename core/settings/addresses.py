"""Hosts, URLs and origins: the types of settings, which check and normalise their values."""

import ipaddress
import os
import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, SecretStr
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

_HOST_NAME = re.compile(r"[a-z0-9_]([\w.-]*\w)?", re.ASCII | re.IGNORECASE)
_STORE_ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT", "AZURE_STORAGE_ENDPOINT")


def is_loopback(host: str) -> bool:
    """Whether `host`, a name or an address, can be reached from this machine only."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def as_origin(url: str) -> str:
    """The origin of a URL as browsers send it: in lower case, and without the scheme's default port."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    own_port = 443 if parts.scheme == "https" else 80
    port = f":{parts.port}" if parts.port not in {None, own_port} else ""
    return f"{parts.scheme}://[{host}]{port}" if ":" in host else f"{parts.scheme}://{host}{port}"


def store_endpoint_problems() -> list[str]:
    """A line for each endpoint in the environment that has no scheme.

    The endpoints are for the library of the picture store, which such an address would crash.
    """
    given = {name: os.environ.get(name, "") for name in _STORE_ENDPOINTS}
    return [
        f"{name}: must be an http:// or https:// address"
        for name, value in given.items()
        if value and not value.startswith(("http://", "https://"))
    ]


def _checked_host(value: str) -> str:
    if not _HOST_NAME.fullmatch(value):
        try:
            ipaddress.ip_address(value)
        except ValueError:
            raise ValueError("must be the name or the address of a host, without a port") from None
    return value


def _checked_http_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError("must be an http:// or https:// address")
    if not value.isascii() or not value.isprintable() or " " in value:
        raise ValueError("must be an address of plain ASCII characters")
    _checked_host(parts.hostname or "")
    _ = parts.port  # raises ValueError when it is not a number from 0 to 65535
    return value.rstrip("/")


def _checked_origin(value: str) -> str:
    if not value:
        return value
    if urlsplit(_checked_http_url(value)).path.strip("/"):
        raise ValueError("must be an address without a path")
    return as_origin(value)


def _checked_postgresql_url(value: SecretStr) -> SecretStr:
    scheme, separator, rest = value.get_secret_value().partition("://")
    if not separator or scheme.split("+")[0] not in {"postgresql", "postgres"}:
        raise ValueError("must be a postgresql:// URL")
    url = f"postgresql+psycopg://{rest}"
    try:
        make_url(url)
    except (ArgumentError, ValueError):
        raise ValueError("must be like postgresql://user:password@host:5432/database") from None
    return SecretStr(url)


Host = Annotated[str, AfterValidator(_checked_host)]
HttpUrl = Annotated[str, AfterValidator(_checked_http_url)]
Origin = Annotated[str, AfterValidator(_checked_origin)]
PostgresqlUrl = Annotated[SecretStr, AfterValidator(_checked_postgresql_url)]
