"""What a person has spent this month, and may still have made today."""

from nicegui import ui

from core.services import Offer


class Spending(ui.element, component="spending.js"):
    """A few figures under a heading."""

    def __init__(self, offer: Offer) -> None:
        super().__init__()
        allowance = offer.allowance
        self.props.update(
            {
                "price": None if offer.price_usd is None else float(offer.price_usd),
                "charged": float(offer.charged_usd),
                "reserved": float(offer.reserved_usd),
                "limit": allowance and allowance.limit,
                "left": allowance and allowance.left,
                "resetsAt": allowance and allowance.resets_at.isoformat(),
            }
        )
