from ui.components.spending.spending import Spending

__all__ = ["Spending"]
