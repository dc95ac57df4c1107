// A status list: status-list.md. Refused is what is no list, or not the list asked for. What a genuine list says of one
// entry at one instant is `standing`, in the words of rule 15. The memory of rule 14 is the caller's: `seen`.

import { inflateSync } from "node:zlib";

import { LAST_SECOND, demandKeys, isCount, readCbor } from "./cbor.mjs";
import { openEnvelope } from "./envelope.mjs";
import { Refused, demand } from "./refused.mjs";
import { toHex } from "./octets.mjs";

const TYPE = "application/statuslist+cwt";
const MOST_OCTETS = 1049088;
const MOST_PAYLOAD = 1048576;
const MOST_INFLATED = 262144;
const CLOCKS_APART_S = 300;
const REASON = "status-list-claims";
const [URI, NEXT_UPDATE, ISSUED, LIST, LIVES, NUMBER, PUBLICATION, LOG] = [
  2n, 4n, 6n, 65533n, 65534n, -65537n, -65538n, -65539n,
];

export function readStatusList(data, key, asked = {}) {
  const payload = openEnvelope(data, key, TYPE, MOST_OCTETS);
  demand(payload.length <= MOST_PAYLOAD, REASON, "too long");
  const claims = readCbor(payload, REASON);
  demandKeys(claims, [URI, NEXT_UPDATE, ISSUED, LIST, LIVES, NUMBER, PUBLICATION, LOG], [], REASON);
  const uri = claims.get(URI);
  demand(typeof uri === "string" && /^[\x20-\x7e]{1,400}$/.test(uri), REASON, "not an address");
  const found = { uri };
  const names = { issued: ISSUED, next_update: NEXT_UPDATE, lives: LIVES, list: NUMBER, publication: PUBLICATION, log: LOG };
  for (const [name, label] of Object.entries(names)) {
    demand(isCount(claims.get(label)), REASON, `claim ${label} is no count`);
    found[name] = Number(claims.get(label));
  }
  demand(found.next_update > found.issued && found.next_update <= LAST_SECOND, REASON, "over before it began, or never");
  const array = inflated(claims.get(LIST));
  demand(array.length > 0, REASON, "no entries");
  found.entries = 4 * array.length;
  found.array = toHex(array);
  demandAsked(found, array, asked);
  return found;
}

function inflated(list) {
  demandKeys(list, ["lst", "bits"], [], REASON);
  const packed = list.get("lst");
  demand(list.get("bits") === 2n && packed instanceof Uint8Array, REASON, "not an array of two bits");
  try {
    const { buffer, engine } = inflateSync(packed, { maxOutputLength: MOST_INFLATED, info: true });
    demand(engine.bytesWritten === packed.length, "status-list-array", "octets after the stream");
    return buffer;
  } catch (error) {
    if (error instanceof Refused) throw error;
    throw new Refused("status-list-array", error.code);
  }
}

function demandAsked(found, array, { uri, list, index, at, seen }) {
  demand(uri === undefined || uri === found.uri, "status-list-other", found.uri);
  demand(list === undefined || list === found.list, "status-list-other", String(found.list));
  demand(seen === undefined || found.publication >= seen, "status-list-replayed", String(found.publication));
  if (index === undefined || at === undefined) return;
  found.value = index < found.entries ? (array[index >> 2] >> (2 * (index & 3))) & 3 : null;
  found.standing = standing(found, at);
}

function standing({ value, issued, next_update: nextUpdate }, at) {
  if (value === null) return "FAILED"; // the licence points beyond the list
  if (issued > at + CLOCKS_APART_S) return "INDETERMINATE";
  if (at >= nextUpdate && value !== 1) return "INDETERMINATE";
  return value === 0 ? "PASSED" : "FAILED";
}
