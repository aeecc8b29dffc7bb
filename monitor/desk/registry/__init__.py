"""The registry at the desk: a table is compared and taken over, single fields are corrected.

    table ──> what it changes, in words ──> accepted ─┐
    a field that was corrected ───────────────────────┼─> the file, line by line ─> the journal
    what an institution asked, and was accepted ──────┘

The file stays the truth; the desk is one more who edits it.
"""
