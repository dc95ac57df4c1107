"""SM2 verification in plain Python integers, for machines whose libcrypto has no SM2, and as an oracle in tests.

Not constant in time, which is right for verifying (everything is public) and wrong for signing: this module cannot
sign. It decides the equation of GB/T 32918.2 §7 for a point and a signature that the codec has let through. Jacobian
coordinates; s·G + t·P in one pass; no inversion, because r is compared with x·Z⁻² by multiplying both sides.
"""

from keys.codec import GX, GY, N, P
from keys.digest import digest_of

Jacobian = tuple[int, int, int]
INFINITY: Jacobian = (1, 1, 0)
BASE: Jacobian = (GX, GY, 1)


class PureVerifier:
    """The backend that needs nothing but Python; verifies only."""

    description = "pure Python (verifies only)"

    def verify(self, point: bytes, message: bytes, identity: bytes, raw: bytes) -> bool:
        """Decide whether r ‖ s holds over the message under this identity."""
        return holds(point, digest_of(point, message, identity), raw)


def holds(point: bytes, e: bytes, raw: bytes) -> bool:
    """Decide the equation for a digest e = SM3(Z ‖ M); e = 0 is legal. The caller has checked `point` and `raw`."""
    r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    public = (int.from_bytes(point[1:33], "big"), int.from_bytes(point[33:], "big"), 1)
    x, _, z = combine(s, (r + s) % N, public)
    if not z:
        return False
    wanted, square = (r - int.from_bytes(e, "big")) % N, z * z % P
    # x mod n = wanted, and x < p < 2n, so the affine x is `wanted` or `wanted + n`.
    return any((candidate * square - x) % P == 0 for candidate in (wanted, wanted + N) if candidate < P)


def combine(s: int, t: int, public: Jacobian) -> Jacobian:
    """Return s·G + t·public, doubling once per bit for both (Shamir)."""
    choices = (INFINITY, BASE, public, add(BASE, public))
    total = INFINITY
    for bit in range(255, -1, -1):
        total = double(total)
        which = (s >> bit & 1) | (t >> bit & 1) << 1
        if which:
            total = add(total, choices[which])
    return total


def double(point: Jacobian) -> Jacobian:
    """Twice a point, for a = −3."""
    x, y, z = point
    if not z:
        return INFINITY
    zz, yy = z * z % P, y * y % P
    beta = x * yy % P
    alpha = 3 * (x - zz) * (x + zz) % P
    new_x = (alpha * alpha - 8 * beta) % P
    return new_x, (alpha * (4 * beta - new_x) - 8 * yy * yy) % P, 2 * y * z % P


def add(left: Jacobian, right: Jacobian) -> Jacobian:
    """Sum of two points, equal and opposite ones included."""
    x1, y1, z1 = left
    x2, y2, z2 = right
    if not z1:
        return right
    if not z2:
        return left
    zz1, zz2 = z1 * z1 % P, z2 * z2 % P
    u1, u2 = x1 * zz2 % P, x2 * zz1 % P
    s1, s2 = y1 * zz2 * z2 % P, y2 * zz1 * z1 % P
    h, slope = (u2 - u1) % P, (s2 - s1) % P
    if not h:
        return INFINITY if slope else double(left)
    hh = h * h % P
    hhh, v = h * hh % P, u1 * hh % P
    x3 = (slope * slope - hhh - 2 * v) % P
    return x3, (slope * (v - x3) - s1 * hhh) % P, z1 * z2 * h % P
