"""Lists with commas: e-mail addresses, domains, names of groups, and networks."""

import ipaddress
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator
from pydantic_settings import NoDecode


def comparable(email: str) -> str:
    """An e-mail address or domain as they are compared: without regard to the case of ASCII letters alone.

    To Unicode's rules straße.example, which is another's domain, is strasse.example, and a Kelvin sign a k.
    """
    return email.encode("utf-8", "replace").lower().decode()


def _split(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _checked_emails(values: frozenset[str]) -> frozenset[str]:
    if not all(_is_email(value) for value in values):
        raise ValueError("must be e-mail addresses with commas between them")
    return frozenset(map(comparable, values))


def _checked_domains(values: frozenset[str]) -> frozenset[str]:
    if not all(_is_email(f"somebody@{value}") for value in values):
        raise ValueError("must be domains, such as example.com, with commas between them")
    return frozenset(map(comparable, values))


def _checked_networks(values: tuple[str, ...]) -> tuple[str, ...]:
    try:
        for value in values:
            ipaddress.ip_network(value)
    except ValueError:
        raise ValueError("must be addresses and networks, such as 10.0.0.0/8, with commas between") from None
    return values


def _is_email(value: str) -> bool:
    name, at, domain = value.rpartition("@")
    is_whole = value.isprintable() and " " not in value and "@" not in name and not domain.startswith(".")
    return bool(name and at and domain and is_whole)


# `NoDecode`: a list in the environment is not JSON.
Names = Annotated[frozenset[str], NoDecode, BeforeValidator(_split)]
Emails = Annotated[Names, AfterValidator(_checked_emails)]
"""E-mail addresses, as `comparable` has them."""
Domains = Annotated[Names, AfterValidator(_checked_domains)]
"""Domains of e-mail addresses, as `comparable` has them."""
Networks = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split), AfterValidator(_checked_networks)]
"""IP addresses and networks."""
