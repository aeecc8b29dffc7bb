"""Who comes in at the desk: passwords, second factors, sessions, and what is noted of it.

    password ──> (code) ──> (own password) ──> (second factor set up) ──> in

passwords   argon2, two at a time; what a password must be
codes       the second factor: time-based codes, its secret, its picture
entering    the way in, step by step; every failure is counted and noted
noting      what a screen did, for the journal
reading     the journal, as it is shown
visiting    who a browser's session makes him
granting    accounts as `dozor desk user` makes and closes them
words       Russian sentences
"""
