"""Strangers who send what nobody expects: made for this project, all data invented, harmless."""
