"""What the law asks and whether it is met: packs, predicates, the engine. Pure."""

from rules.explanation import Explanation, explain

__all__ = ["Explanation", "explain"]
