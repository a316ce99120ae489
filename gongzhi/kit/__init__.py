"""Plain helpers every room may use: refusals, moments, numbers, working time, masking, sealing.

Keeps nothing: no tables, no settings, no Django. Lends pure functions and small frozen types, and one
content-addressed folder (`store`). Refuses to know any room, and reads the clock only in `moments.now`
and in `ids.uuid7()` when no moment is given. A helper that only one room needs belongs in that room.
"""

from gongzhi.kit.moments import now

__all__ = ["now"]
