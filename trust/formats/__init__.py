"""Octets to values and back, strictly: parse at the door, bound every size, keep the signed octets.

Nothing here reads a clock, a file or the network, and no error of a parsing library leaves as it is.
"""
