from ui.components.sessions.sessions import Sessions

__all__ = ["Sessions"]
