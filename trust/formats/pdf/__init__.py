"""Sealed PDF: planning and completing a certification seal, and the strict examination (pyHanko lives here)."""
