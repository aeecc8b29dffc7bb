"""Cases and the statements that people make of them, for commands, letters, mail and the desk.

book        cases_of: what institutions have to settle, as of a moment
desk        record, answers_waiting, accept, reject, undo, assign, tell
listing     every statement with its state and what it did
rereading   which institutions said «исправили» and wait to be read
"""
