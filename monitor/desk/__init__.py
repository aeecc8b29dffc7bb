"""The desk: the same cases, statements, audits and reports as on the command line, in a browser.

    browser ──> guard ──> dispatch ──> entry ──> screen ──> monitor/cases, mail, reporting
                (heads, limits)  (routes: who may)    (ordinary functions, in a thread)

routes      every address, its method, who may come there, and its screen: one table
screens/    what is asked for and decided; a screen gives a Page, a Goto or a File
templates/  what is shown; printed only, no decision is made in them

Nothing needs the desk, and it keeps nothing of its own but accounts, sessions, links and a journal.
"""
