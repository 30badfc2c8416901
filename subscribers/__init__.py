"""Who gets the digests, what they asked for, and what they agreed to.

A package of its own: it imports nothing of ``publisher``, has its own tables and its own errors, and is handed an open
connection and ``now``. Pure functions decide (``consent``, ``intake``, ``segment``), ``store`` does it.
"""
