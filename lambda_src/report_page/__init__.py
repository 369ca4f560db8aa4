"""The report page of the last days, filled every day and put where auditors read it.

``handler`` is the doorway and ``athena`` asks; ``contents`` says what is asked and what the page makes of the answers,
``fill`` puts it into the page. These two are pure, and ``make report`` fills its page with them as well.
"""
