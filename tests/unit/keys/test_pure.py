"""The plain-Python arithmetic against schoolbook affine formulas and the vectors; it is the oracle of other tests."""

import json
import random
from pathlib import Path

import pytest

from keys import pure
from keys.codec import GX, GY, A, N, P
from keys.digest import digest_of, z_value

VECTORS = json.loads((Path(__file__).parents[2] / "vectors/sm2.json").read_text())
KEYS = {key["id"]: key for key in VECTORS["keys"]}


def point_of(key):
    return bytes.fromhex("04" + key["x"] + key["y"])


def affine(point):
    x, y, z = point
    inverse = pow(z, -1, P)
    return x * inverse**2 % P, y * inverse**3 % P


def schoolbook(left, right):
    if left == right:
        slope = (3 * left[0] ** 2 + A) * pow(2 * left[1], -1, P)
    else:
        slope = (right[1] - left[1]) * pow(right[0] - left[0], -1, P)
    x = (slope**2 - left[0] - right[0]) % P
    return x, (slope * (left[0] - x) - left[1]) % P


def times(k):
    return pure.combine(k, 0, pure.BASE)


def test_small_multiples_agree_with_the_schoolbook():
    total = (GX, GY)
    for k in range(2, 40):
        total = schoolbook(total, (GX, GY))
        assert affine(times(k)) == total


def test_combination_is_the_sum_of_its_parts():
    chance = random.Random(3)
    for _ in range(20):
        k, s, t = (chance.randrange(1, N) for _ in range(3))
        public = (*affine(times(k)), 1)
        assert affine(pure.combine(s, t, public)) == affine(times((s + t * k) % N))


def test_infinity_and_opposites():
    opposite = (GX, P - GY, 1)
    assert times(N) == pure.INFINITY
    assert pure.add(pure.BASE, opposite) == pure.INFINITY
    assert pure.add(pure.INFINITY, pure.BASE) == pure.add(pure.BASE, pure.INFINITY) == pure.BASE
    assert pure.add(pure.BASE, pure.BASE) == pure.double(pure.BASE)
    assert pure.double(pure.INFINITY) == pure.INFINITY


@pytest.mark.parametrize("case", VECTORS["sign"], ids=lambda case: case["id"])
def test_signatures_of_the_vectors_recomputed_by_the_textbook(case):
    key, message, identity = KEYS[case["key"]], bytes.fromhex(case["message"]), bytes.fromhex(case["user_id"])
    assert z_value(point_of(key), identity).hex().upper() == case["za"]
    e = digest_of(point_of(key), message, identity)
    assert e.hex().upper() == case["e"]
    d, k = int(key["d"], 16), int(case["k"], 16)
    assert affine(times(d)) == (int(key["x"], 16), int(key["y"], 16))
    r = (int.from_bytes(e, "big") + affine(times(k))[0]) % N
    s = pow(1 + d, -1, N) * (k - r * d) % N
    assert f"{r:064X}{s:064X}" == case["raw"]


@pytest.mark.parametrize("case", VECTORS["verify_digest"], ids=lambda case: case["id"])
def test_digest_level_cases(case):
    assert (
        pure.holds(
            *(bytes.fromhex(octets) for octets in ("04" + case["x"] + case["y"], case["e"], case["r"] + case["s"]))
        )
        is case["valid"]
    )


def test_a_sum_that_is_infinity_is_refused():
    """With public = G and s = −t the sum is infinity, whatever r is called."""
    t = 12345
    r, s = 2 * t % N, N - t
    assert (r + s) % N == t
    public = b"\4" + GX.to_bytes(32, "big") + GY.to_bytes(32, "big")
    assert not pure.holds(public, r.to_bytes(32, "big"), r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def test_x_coordinates_above_n_are_found_too():
    """x mod n = r − e leaves two candidates when x ≥ n; a point with such an x is on the curve, so make its case."""
    x = next(x for x in range(N, N + 1000) if pow(x**3 + A * x + (GY**2 - GX**3 - A * GX), (P - 1) // 2, P) == 1)
    y = pow(x**3 + A * x + (GY**2 - GX**3 - A * GX), (P + 1) // 4, P)
    # Choose s, t; solve s·G + t·Q = (x, y) for Q, which needs no logarithm: Q = t⁻¹·((x, y) − s·G).
    s, t = 111, 222
    target = pure.add((x, y, 1), pure.combine(N - s, 0, pure.BASE))
    inverse = pow(t, -1, N)
    qx, qy = affine(pure.combine(0, inverse, (*affine(target), 1)))
    r = (t - s) % N
    e = (r - x) % N
    octets = [number.to_bytes(32, "big") for number in (qx, qy, e, r, s)]
    assert pure.holds(b"\4" + octets[0] + octets[1], octets[2], octets[3] + octets[4])
    assert not pure.holds(b"\4" + octets[0] + octets[1], octets[2], octets[3] + (s + 1).to_bytes(32, "big"))
