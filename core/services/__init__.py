"""The only door to the domain: what pages and routes may use is here, and they use nothing below it."""

from core.callers import Caller, LoginToken
from core.charges import Charge
from core.database.news import EVERYBODY
from core.failures import Failure, FailureCode
from core.models import Generation, LoginSession, Phase, Status
from core.open_pages import OpenPage
from core.orders import Order
from core.pictures.store import StoredPicture
from core.repositories.administration import NOBODY, AuditRow, Day, Part, PersonOfMonth, Sort
from core.repositories.api_tokens import ApiToken
from core.repositories.reads import OpenedPage, Standing
from core.services.account_deletion import CONFIRMATION, delete_account
from core.services.administration import (
    Month,
    People,
    download_month,
    end_login_sessions_of,
    read_audit_log,
    read_month,
    read_people,
    set_blocked,
    set_paused,
)
from core.services.api_tokens import (
    MAX_DAYS,
    MAX_NAME_LENGTH,
    create_api_token,
    find_api_token,
    list_api_tokens,
    revoke_api_token,
)
from core.services.cancel import cancel_generation
from core.services.credit_check import Allowance, check_user_has_credits
from core.services.export import export_account
from core.services.gallery import (
    UNDO_SECONDS,
    delete_generation,
    list_generations,
    restore_generation,
)
from core.services.health import Health, check_health
from core.services.installation import watch_installation
from core.services.login_sessions import (
    RECENT,
    Blocked,
    Person,
    end_login_session,
    end_other_login_sessions,
    find_login_session,
    get_login_session,
    has_signed_in_recently,
    list_login_sessions,
    sign_in,
    sign_out,
    turn_away,
)
from core.services.me import Offer, offer_of, read_me, read_offer
from core.services.metrics import read_metrics
from core.services.open_pages import PageLook, close_page, find_page, look_for_page, open_page
from core.services.pictures import find_picture, forget_settled_pictures, open_picture
from core.services.press import MAX_KEY_LENGTH
from core.services.read import get_generation, read_generation
from core.services.run_times import Estimate, estimate
from core.services.selections import (
    MAX_SELECTED,
    archive_pictures,
    delete_generations,
    restore_generations,
)
from core.services.standing import get_standing
from core.services.submit import EMPTY_PROMPT, MAX_PROMPT_LENGTH, new_order, submit_generation
from core.services.upkeep import PERIOD_SECONDS, Upkeep
from core.services.wait import LONGEST_WAIT_SECONDS, wait_for_end

__all__ = [
    "CONFIRMATION",
    "EMPTY_PROMPT",
    "EVERYBODY",
    "LONGEST_WAIT_SECONDS",
    "MAX_DAYS",
    "MAX_KEY_LENGTH",
    "MAX_NAME_LENGTH",
    "MAX_PROMPT_LENGTH",
    "MAX_SELECTED",
    "NOBODY",
    "PERIOD_SECONDS",
    "RECENT",
    "UNDO_SECONDS",
    "Allowance",
    "ApiToken",
    "AuditRow",
    "Blocked",
    "Caller",
    "Charge",
    "Day",
    "Estimate",
    "Failure",
    "FailureCode",
    "Generation",
    "Health",
    "LoginSession",
    "LoginToken",
    "Month",
    "Offer",
    "OpenPage",
    "OpenedPage",
    "Order",
    "PageLook",
    "Part",
    "People",
    "Person",
    "PersonOfMonth",
    "Phase",
    "Sort",
    "Standing",
    "Status",
    "StoredPicture",
    "Upkeep",
    "archive_pictures",
    "cancel_generation",
    "check_health",
    "check_user_has_credits",
    "close_page",
    "create_api_token",
    "delete_account",
    "delete_generation",
    "delete_generations",
    "download_month",
    "end_login_session",
    "end_login_sessions_of",
    "end_other_login_sessions",
    "estimate",
    "export_account",
    "find_api_token",
    "find_login_session",
    "find_page",
    "find_picture",
    "forget_settled_pictures",
    "get_generation",
    "get_login_session",
    "get_standing",
    "has_signed_in_recently",
    "list_api_tokens",
    "list_generations",
    "list_login_sessions",
    "look_for_page",
    "new_order",
    "offer_of",
    "open_page",
    "open_picture",
    "read_audit_log",
    "read_generation",
    "read_me",
    "read_metrics",
    "read_month",
    "read_offer",
    "read_people",
    "restore_generation",
    "restore_generations",
    "revoke_api_token",
    "set_blocked",
    "set_paused",
    "sign_in",
    "sign_out",
    "submit_generation",
    "turn_away",
    "wait_for_end",
    "watch_installation",
]
