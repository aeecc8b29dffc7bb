"""Whether what a page shows is the institution of the registry: its name, telephone, address, site.

words > literal > numbers > kinds > called > places > naming          matching, reference, hints
"""
