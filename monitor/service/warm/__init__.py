"""An audit of one institution, done by a process that `serve` keeps ready (docs/decisions/warm.md).

    dozor audit school-1 ──> is a socket there? ──> a child of the warm process does all of it
                                       └── no, or whoever has it is not as we are ──> here, as ever

The child has the command's words, surroundings and open files: it does what the command would do.
"""
