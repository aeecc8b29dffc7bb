"""«Ждёт меня»: what waits for a decision, and the forms by which it is decided.

items     rows of the board as a reader sees them
things    by what a form names a thing, and who may decide on it
deciding  one decision on one thing, by the functions that the command line uses
"""
