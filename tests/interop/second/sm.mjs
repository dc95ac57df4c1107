// SM3, and SM2 with the default identity: verification alone. SM3 is sm-crypto's, the curve arithmetic noble's; what is
// written here is GB/T 32918.2 §7.1 between them, with the ranges of r and s and the point checked before any arithmetic.

import { weierstrass } from "@noble/curves/abstract/weierstrass.js";
import smCrypto from "sm-crypto";

import { fromHex, join, same, utf8 } from "./octets.mjs";
import { Refused, demand } from "./refused.mjs";

const P = 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn;
const N = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n;
const A = P - 3n;
const B = 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n;
const GX = 0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7n;
const GY = 0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0n;
const Point = weierstrass({ p: P, n: N, h: 1n, a: A, b: B, Gx: GX, Gy: GY });

const IDENTITY = utf8("1234567812345678");
const SPKI_START = fromHex("3059301306072a8648ce3d020106082a811ccf5501822d034200");

export function sm3(octets) {
  return fromHex(smCrypto.sm3(octets));
}

export class PublicKey {
  constructor(point) {
    demand(point.length === 65 && point[0] === 4, "key", "not an uncompressed point");
    this.octets = point;
    this.point = onCurve(point);
    this.z = sm3(join(Uint8Array.of(0, 8 * IDENTITY.length), IDENTITY, ...[A, B, GX, GY].map(field), point.slice(1)));
  }

  static fromSpki(spki) {
    const start = spki.slice(0, SPKI_START.length);
    demand(same(start, SPKI_START), "key", "not a SubjectPublicKeyInfo of an SM2 key");
    const key = new PublicKey(spki.slice(SPKI_START.length));
    key.keyId = sm3(spki).slice(0, 4);
    return key;
  }

  // Throws unless `signature`, r || s, is one over `message`.
  check(message, signature, reason = "signature") {
    demand(signature.length === 64, reason, "not 64 octets");
    const [r, s] = [signature.slice(0, 32), signature.slice(32)].map(number);
    demand(r > 0n && r < N && s > 0n && s < N, reason, "r or s out of range");
    const t = (r + s) % N;
    demand(t !== 0n, reason, "r + s is zero");
    const sum = Point.BASE.multiplyUnsafe(s).add(this.point.multiplyUnsafe(t));
    demand(!sum.is0(), reason, "the point at infinity");
    const e = number(sm3(join(this.z, message)));
    demand((e + sum.toAffine().x) % N === r, reason, "does not hold");
  }
}

function onCurve(octets) {
  try {
    const point = Point.fromAffine({ x: number(octets.slice(1, 33)), y: number(octets.slice(33)) });
    point.assertValidity();
    return point;
  } catch {
    throw new Refused("key", "no point of the curve");
  }
}

function number(octets) {
  return BigInt(`0x${Buffer.from(octets).toString("hex")}`);
}

function field(value) {
  return fromHex(value.toString(16).padStart(64, "0"));
}
