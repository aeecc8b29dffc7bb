"""One institution under one clause: its pages after the guards, and what people stated of it."""
