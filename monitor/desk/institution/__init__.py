"""One institution on the desk: what is shown of it, and what may be said of it.

things    what a statement may be about: its cases and its requirements, by short keys
view      nights, cases, people, letters, statements as the page prints them
acts      attest, waive, dispute, assign, tell: the fields of each, and the statement they make
preview   the letter that it would be written now
"""
