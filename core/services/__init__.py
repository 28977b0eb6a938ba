"""The only door to the domain: pages and routes call these, and nothing below them."""

from core.services.credit_check import check_user_has_credits
from core.services.generations import get_active_generation, get_generation, submit_generation
from core.services.health import Health, check_health
from core.services.login_sessions import get_login_session, sign_in, sign_out

__all__ = [
    "Health",
    "check_health",
    "check_user_has_credits",
    "get_active_generation",
    "get_generation",
    "get_login_session",
    "sign_in",
    "sign_out",
    "submit_generation",
]
