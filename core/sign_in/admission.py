"""Who may come in, and who is an administrator: at every sign-in, by what the provider says then."""

from core.services import Person
from core.settings import Settings
from core.settings.lists import comparable


def is_admitted(settings: Settings, person: Person) -> bool:
    """Whether the person's verified e-mail, its domain or a group of theirs is allowed.

    In local mode everyone is admitted.
    """
    if settings.allow_everyone or not settings.is_hosted:
        return True
    email = _email_of(person)
    return (
        email in settings.allowed_emails
        or email.rpartition("@")[2] in settings.allowed_email_domains
        or not settings.allowed_groups.isdisjoint(person.groups)
    )


def is_administrator(settings: Settings, person: Person) -> bool:
    """Whether the person's verified e-mail or a group of theirs is an administrator's."""
    return _email_of(person) in settings.admin_emails or not settings.admin_groups.isdisjoint(person.groups)


def _email_of(person: Person) -> str:
    return comparable(person.email or "")
