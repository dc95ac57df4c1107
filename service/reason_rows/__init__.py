"""Sentences for reasons, in files of one theme each; `service.reasons` puts them together."""
