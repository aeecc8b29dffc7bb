"""Reading over HTTP, a theme a module:

client      open_client, Client: asks, follows redirects, keeps evidence
limits      how long, how much and how often
retries     what is asked again, and when
transport   connections whose network is guarded, one pool a host
cookies     a host's own
locations   where a redirect leads
bodies      unpacking, and the proof that a body came whole
answers     Answer: what came back
errors      ReadError, and the one table that translates every exception into it
"""
