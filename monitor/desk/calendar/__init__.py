"""«Сроки»: what ends on which day, and what nobody may forget."""
