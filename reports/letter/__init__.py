"""The letter to an institution: what to mend, what to confirm, by when, and how to answer.

    report + institution ──> build ──> View ──> letter-institution.{html,txt}.j2

building    the whole letter
tasks       what is to be mended or looked at, and what stays as it was told
waiting     what need not be met yet, and until when
asking      «Подтвердите»: what only the institution can say
answered    what became of its earlier answers
terms       the last day of each finding
news        what has changed since its last letter, or falls due
footnotes   who writes, by which acts, what abbreviations mean
mailing     answers that open in a mail program, filled in
"""
