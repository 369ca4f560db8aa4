"""Who was heard once and is heard no longer becomes an event on the hub's bus, told once for each silence.

``handler`` is the doorway and ``check`` what it does, each effect given as an argument; ``roster`` decides, and is
pure.
"""
