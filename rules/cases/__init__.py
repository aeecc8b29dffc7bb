"""Cases: what an institution has to settle, whose turn it is, and by when.

    findings of the nights + statements of people + letters sent ──> replay ──> cases as of a day

A case is stored nowhere: the same findings and statements give the same cases, for any day that
has passed. `table` has the states and every transition, `replay` walks through what happened.
"""
