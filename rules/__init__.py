"""What the law asks and whether it is met: packs, predicates, the engine. Pure."""
