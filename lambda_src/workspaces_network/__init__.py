"""What clients of Amazon WorkSpaces must reach, as files that firewalls and proxies read, and what changed.

``rules`` is what AWS documents, as data; ``ip_ranges`` reads AWS's own list of addresses. ``allow_list`` joins both,
``artefacts`` writes the result down, ``changes`` compares two, ``guard`` says when one lost too much, ``explain`` why
an address is allowed. All of it is pure and needs the standard library alone.
"""
