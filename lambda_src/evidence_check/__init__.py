"""Evidence that ought to be in the archive and is not becomes an event on the hub's bus; a second one when it comes.

``handler`` is the doorway, ``check`` what it does, each effect given as an argument. ``sessions``, ``deliveries`` and
``digests`` say what is missing and ``steps`` what to tell of it; all four are pure. ``athena``, ``listing`` and
``memory`` ask AWS. No stack deploys it yet.
"""
