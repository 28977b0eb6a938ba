from ui.components.account_data.account_data import DELETION, AccountData

__all__ = ["DELETION", "AccountData"]
