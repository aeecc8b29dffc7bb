"""«Свод»: regions, municipalities and institutions as a table that is filtered, kept and exported.

asking    what the address asks for, and what there is to choose
table     rows of the board as a reader sees them, on a page and in a file
"""
