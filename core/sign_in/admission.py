"""Who may come in: decided at every sign-in, from what the provider says of the person then."""

from core.services import Person
from core.settings import Settings


def is_admitted(settings: Settings, person: Person) -> bool:
    """Whether the person's verified e-mail, its domain or a group of theirs is allowed.

    In local mode everyone is admitted.
    """
    if settings.allow_everyone or not settings.is_hosted:
        return True
    email = (person.email or "").casefold()
    return (
        email in settings.allowed_emails
        or email.rpartition("@")[2] in settings.allowed_email_domains
        or not settings.allowed_groups.isdisjoint(person.groups)
    )
