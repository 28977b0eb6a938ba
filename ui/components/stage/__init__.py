from ui.components.stage.stage import EMPTY, LEAD, LOST, NOT_KEPT, Stage

__all__ = ["EMPTY", "LEAD", "LOST", "NOT_KEPT", "Stage"]
