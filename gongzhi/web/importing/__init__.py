"""Cases from another system's file: a profile says what its columns mean, the rooms' verbs keep what it tells.

Keeps: nothing but a bookmark and the rejected rows, in GONGZHI_DIR/import/.
Lends: `gongzhi import cases` and `gongzhi import profile` (commands.py).
Refuses: rows whose key, moment, words or place cannot be believed, each with its line and a coded reason.
"""
