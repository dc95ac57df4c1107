// Deterministic CBOR as qr-code.md defines it: a reader for the subset, which refuses every other spelling on the way
// instead of writing again and comparing. Whole numbers come as BigInt, maps as Map, octets as Uint8Array.

import { fromUtf8 } from "./octets.mjs";
import { demand } from "./refused.mjs";

export const LAST_SECOND = 253402300799; // the end of 9999
const DEEPEST = 8;

export function readCbor(octets, reason) {
  const reader = new Reader(octets, reason);
  const value = reader.value(0);
  demand(reader.at === octets.length, reason, "octets after the end");
  return value;
}

export class Reader {
  constructor(octets, reason) {
    this.octets = octets;
    this.reason = reason;
    this.at = 0;
  }

  take(count) {
    demand(count <= this.octets.length - this.at, this.reason, "ends too early");
    const start = this.at;
    this.at += Number(count);
    return this.octets.slice(start, this.at);
  }

  // The major type and the argument of the next item; the argument in its shortest form alone.
  head() {
    const [first] = this.take(1);
    const short = first & 31;
    demand(short < 28, this.reason, "an indefinite or reserved length");
    if (short < 24) return [first >> 5, BigInt(short)];
    const size = 1 << (short - 24);
    let argument = 0n;
    for (const octet of this.take(size)) argument = (argument << 8n) | BigInt(octet);
    const least = size === 1 ? 24n : 1n << BigInt(4 * size);
    demand(argument >= least, this.reason, "not the shortest form");
    return [first >> 5, argument];
  }

  octetString() {
    const [major, length] = this.head();
    demand(major === 2, this.reason, "no byte string");
    return this.take(length);
  }

  value(depth) {
    demand(depth < DEEPEST, this.reason, "too deep");
    const [major, argument] = this.head();
    if (major === 0) return argument;
    if (major === 1) return -1n - argument;
    if (major === 2) return this.take(argument);
    if (major === 3) return fromUtf8(this.take(argument), this.reason);
    if (major === 4) return this.array(argument, depth);
    demand(major === 5, this.reason, "a tag, a fraction or a simple value");
    return this.map(argument, depth);
  }

  array(count, depth) {
    const found = [];
    while (found.length < count) found.push(this.value(depth + 1));
    return found;
  }

  // Keys ascend as encoded octets, so none can repeat.
  map(count, depth) {
    const found = new Map();
    let before = new Uint8Array();
    while (found.size < count) {
      const start = this.at;
      const key = this.value(depth + 1);
      const spelt = this.octets.slice(start, this.at);
      demand(Buffer.compare(before, spelt) < 0, this.reason, "keys that do not ascend");
      demand(typeof key === "bigint" || typeof key === "string", this.reason, "a key that is neither number nor text");
      before = spelt;
      found.set(key, this.value(depth + 1));
    }
    return found;
  }
}

export function isCount(value, most = Number.MAX_SAFE_INTEGER) {
  return typeof value === "bigint" && value >= 0n && value <= BigInt(most);
}

// Throws unless the map has all keys of `required`, and none but those and `optional`.
export function demandKeys(map, required, optional, reason) {
  demand(map instanceof Map, reason, "no map");
  for (const key of required) demand(map.has(key), reason, `no claim ${key}`);
  for (const key of map.keys()) demand(required.includes(key) || optional.includes(key), reason, `claim ${key}`);
}
