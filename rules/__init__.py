"""What the law asks of pages and whether it is met: pure, `as_of` is the only clock.

    packs/       the acts themselves, as a lawyer writes and reads them; how their files are checked
    engine/      one institution held against its acts: `judge`
    predicates/  one function a check, by the names that packs use
    terms/       what time excuses: terms from an act's entry into force, young pages, notices
    dossier/     one institution under one clause: its pages after the guards, people's statements
    law/         what binds on a day: acts, editions, norms, the working calendar
    names/       whether what a page shows is the institution: names, telephones, addresses
    text/        the sentences that readers are told

A room imports those below it. `model`, `reasons` and `reading` are the words of all rooms;
`python -m rules.document` writes docs/rules.md.
"""
