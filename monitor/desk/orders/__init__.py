"""What the desk does while no page is waited for: orders, one after another, each to its end.

carrying   takes up what is open; a kill in the middle loses nothing (monitor/storage/orders.py)
reading    institutions' pages now, from the reserve
sending    a plan of letters, their sending, a rehearsal
worker     the thread beside the server that looks for orders
"""
