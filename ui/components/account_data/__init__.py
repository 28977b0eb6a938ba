from ui.components.account_data.account_data import AccountData

__all__ = ["AccountData"]
