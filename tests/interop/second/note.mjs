// Checkpoints as signed notes: log.md, rules 8 to 10, and the cosignatures of rule 16.

import { sha256 } from "@noble/hashes/sha2.js";

import { LAST_SECOND } from "./cbor.mjs";
import { demandInstant } from "./json.mjs";
import { fromBase64, fromUtf8, join, same, toHex, utf8 } from "./octets.mjs";
import { demand } from "./refused.mjs";
import { PublicKey } from "./sm.mjs";

// The types of keys: a log's and a witness's, so that neither passes for the other.
export const LOG = join(Uint8Array.of(0xff), utf8("yinzheng.sm2-sm3/1"));
export const WITNESS = join(Uint8Array.of(0xff), utf8("yinzheng.sm2-sm3-cosignature/1"));

const MOST_OCTETS = 16384;
const MOST_SIGNATURES = 16;
const NAME = /^[^+\p{C}\p{Z}]{1,200}$/u;
const REASON = "note";

// A verifier's key, "name+key id+base64(type || point)".
export function readVkey(text, type) {
  const [, name, keyId, octets] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text) ?? [];
  demand(octets !== undefined && NAME.test(name), "vkey", "not name, key id and key");
  const typed = fromBase64(octets, "vkey");
  const point = typed.slice(type.length);
  demand(point.length === 65 && same(typed.slice(0, type.length), type), "vkey", "another type");
  demand(toHex(noteKeyId(name, typed)) === keyId, "vkey", "a key id that is not the key's");
  return { name, keyId, key: new PublicKey(point) };
}

function noteKeyId(name, typed) {
  return sha256(join(utf8(name), Uint8Array.of(0x0a), typed)).slice(0, 4);
}

// The checkpoint in a note, signed with `vkey`, whose name is the origin.
export function readCheckpoint(note, vkey) {
  const { found, text, signatures } = readNote(note);
  demand(found.origin === vkey.name, "checkpoint-origin", found.origin);
  for (const value of valuesOf(signatures, vkey)) vkey.key.check(utf8(text), value);
  return found;
}

// When the witness `vkey` says that it saw the checkpoint; the latest, where it says so more than once.
export function readCosignature(note, vkey) {
  const { text, signatures } = readNote(note);
  const seconds = valuesOf(signatures, vkey).map((value) => {
    demand(value.length === 72, "signature", "not a time and a signature");
    const time = Buffer.from(value).readBigUInt64BE(0);
    demand(time <= LAST_SECOND, REASON, "a time after the end of 9999");
    vkey.key.check(utf8(`cosignature/v1\ntime ${time}\n${text}`), value.slice(8));
    return Number(time);
  });
  return { witness: vkey.name, at: Math.max(...seconds) };
}

// The values that claim to be of this name and key: at least one.
function valuesOf(signatures, vkey) {
  const found = signatures.filter(({ name, keyId }) => name === vkey.name && keyId === vkey.keyId);
  demand(found.length > 0, "signature", "none of the key asked for");
  return found.map(({ value }) => value);
}

function readNote(note) {
  demand(note.length <= MOST_OCTETS, REASON, "too long");
  const lines = fromUtf8(note, REASON).split("\n");
  demand(lines.length >= 7 && lines[4] === "" && lines.at(-1) === "", REASON, "not four lines, an empty one, signatures");
  const signatures = lines.slice(5, -1).map(signature);
  demand(signatures.length <= MOST_SIGNATURES, REASON, "too many signatures");
  return { found: checkpoint(lines), text: `${lines.slice(0, 4).join("\n")}\n`, signatures };
}

function checkpoint([origin, size, root, time]) {
  demand(NAME.test(origin), REASON, "a name with space or plus");
  demand(/^(0|[1-9][0-9]{0,18})$/.test(size) && BigInt(size) < 1n << 63n, REASON, "not a size");
  const hash = fromBase64(root, REASON);
  demand(hash.length === 32, REASON, "not a root");
  demand(time.startsWith("time "), REASON, "no time");
  return { origin, size: BigInt(size), root: hash, at: demandInstant(time.slice(5), REASON) };
}

function signature(line) {
  const [, name, spelt] = /^— (\S+) (\S+)$/u.exec(line) ?? [];
  demand(spelt !== undefined && NAME.test(name), REASON, "not a signature line");
  const octets = fromBase64(spelt, REASON);
  demand(octets.length > 4, REASON, "a signature without key id or value");
  return { name, keyId: toHex(octets.slice(0, 4)), value: octets.slice(4) };
}
