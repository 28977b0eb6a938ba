"""The settings that are required when other machines can reach Easel."""

from core.settings.secret import MIN_STORAGE_SECRET_LENGTH
from core.settings.settings import Settings


def missing_for_hosting(settings: Settings) -> list[str]:
    """A line with the remedy for each required setting that is missing; empty in local mode."""
    if not settings.is_hosted:
        return []
    secret = settings.storage_secret.get_secret_value() if settings.storage_secret else ""
    previous = settings.storage_secret_previous
    checks = {
        "STORAGE_SECRET: set it to 32 random characters or more, the same on every process "
        '(python -c "import secrets; print(secrets.token_urlsafe(32))")': len(secret)
        >= MIN_STORAGE_SECRET_LENGTH,
        "STORAGE_SECRET_PREVIOUS: take it away, as anybody can guess less than 32 characters": previous
        is None
        or len(previous.get_secret_value()) >= MIN_STORAGE_SECRET_LENGTH,
        "REPLICATE_API_TOKEN: set it to a token of your Replicate account": not settings.is_demo,
        "sign-in: set OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET, or GOOGLE_CLIENT_ID and "
        "GOOGLE_CLIENT_SECRET, or GITHUB_CLIENT_ID and GITHUB_CLIENT_SECRET": bool(
            settings.sign_in_provider_ids
        ),
        "admission: set ALLOWED_EMAILS, ALLOWED_EMAIL_DOMAINS or ALLOWED_GROUPS to who may sign in, or "
        "ALLOW_EVERYONE=true": bool(
            settings.allow_everyone
            or settings.allowed_emails
            or settings.allowed_email_domains
            or settings.allowed_groups
        ),
        "PUBLIC_URL: set it to the https:// address that people use": settings.is_https,
    }
    return [problem for problem, is_met in checks.items() if not is_met]
