"""Every login, sign-in and session start becomes one judged OCSF record, and a person is woken where needed.

``handler`` is the doorway and ``effects`` what lies behind it; everything else is pure and needs the standard
library alone. The way of an event: ``normalize`` → ``enrich`` → ``judge`` → ``deliver``.
"""
