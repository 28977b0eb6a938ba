"""The parts of the page of administrators: a month, the people, and the audit log."""

from ui.components.administration.parts import AuditLog, Month, People

__all__ = ["AuditLog", "Month", "People"]
