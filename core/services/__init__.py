"""The only door to the domain: pages and routes call these, and nothing below them."""

from core.services.credit_check import check_user_has_credits
from core.services.gallery import delete_generation, list_generations, restore_generation
from core.services.generations import (
    EMPTY_PROMPT,
    MAX_PROMPT_LENGTH,
    Progress,
    cancel_generation,
    get_active_generation,
    get_generation,
    get_progress,
    submit_generation,
)
from core.services.health import Health, check_health
from core.services.login_sessions import get_login_session, sign_in, sign_out
from core.services.pictures import forget_settled_pictures, open_picture
from core.services.settle import settle_generation

__all__ = [
    "EMPTY_PROMPT",
    "MAX_PROMPT_LENGTH",
    "Health",
    "Progress",
    "cancel_generation",
    "check_health",
    "check_user_has_credits",
    "delete_generation",
    "forget_settled_pictures",
    "get_active_generation",
    "get_generation",
    "get_login_session",
    "get_progress",
    "list_generations",
    "open_picture",
    "restore_generation",
    "settle_generation",
    "sign_in",
    "sign_out",
    "submit_generation",
]
