"""How work moves and how long it may take.

Keeps procedures as marking nets (data with versions), runs and their live tokens, clocks, clauses of law and
the county's days off. Lends `running` (start, move), `clocks` (start, pause, resume, stop, extend, ring),
drawings and BPMN. Refuses a move that is not possible now, a pause without a coded legal reason and a maximum,
a second extension. Does not know what a case is: it knows a reference such as `case:…`, stages and limits.
"""
