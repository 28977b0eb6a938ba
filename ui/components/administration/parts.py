"""Each part asks the API by itself: none of what it shows passes through the page."""

from nicegui import ui


class Month(ui.element, component="month.js"):
    """What a month has cost, by day; the budget and the limits; the switch that stops new generations."""


class People(ui.element, component="people.js"):
    """A table of everybody, which can be searched and sorted, with what may be done about each."""


class AuditLog(ui.element, component="audit_log.js"):
    """What was done, the newest first."""
