"""Replies by mail: what comes to the address that institutions answer, each message once.

line       the way to the IMAP server: reads, marks nothing, and ends in time
opened     a message as we need it: subject, sender, own words, files, why it cannot be read
nature     an answer, or a bounce, an automatic reply, a letter of our own
keys       the case's key in a subject, however damaged
own_words  a reply without what it quotes
told       what the words say: «исправили», numbers, dates, documents
sorting    of which institution and requirement it speaks; what is not plain waits as unclear
fetching   one look at the inbox
placing    what an operator makes of an unclear one
"""
