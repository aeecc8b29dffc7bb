// Nothing needs this: it only makes some things quicker.
"use strict";
