from ui.components.stage.stage import LOST, NOT_KEPT, Stage

__all__ = ["LOST", "NOT_KEPT", "Stage"]
