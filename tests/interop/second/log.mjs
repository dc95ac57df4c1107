// What the log hands out: entries, a proof that one is in it, and a proof that one tree grew out of another; log.md.

import { demandInstant, demandMembers, readJson } from "./json.mjs";
import { demandConsistency, demandInclusion, leafHash } from "./merkle.mjs";
import { readCheckpoint } from "./note.mjs";
import { fromBase64, fromHex, join, toHex, utf8 } from "./octets.mjs";
import { demand } from "./refused.mjs";
import { sm3 } from "./sm.mjs";

const KINDS = ["issue", "act", "seal-use", "status-list", "trust-list", "catalogue", "crl", "trail"];
const MOST_ENTRY = 4096;
const MOST_PROOF = 65536;
const MOST_HASHES = 63;

export function readEntry(octets) {
  demand(octets.length <= MOST_ENTRY, "entry", "too long");
  const entry = readJson(octets, "entry");
  demandMembers(entry, ["format", "kind", "at", "commitments"], "entry");
  const { format, kind, at, commitments } = entry;
  demand(format === "yinzheng-entry/1" && KINDS.includes(kind), "entry", "another format or kind");
  demandInstant(at, "entry");
  demand(Array.isArray(commitments) && commitments.length > 0 && commitments.length <= 8, "entry", "not one to eight");
  for (const one of commitments) demand(fromHex(one, "entry").length === 32, "entry", "not a commitment");
  demand(new Set(commitments).size === commitments.length, "entry", "a commitment twice");
  return entry;
}

// That `commitment` (octets) stands in an entry, and that entry in the tree of the checkpoint that `vkey` signed.
export function readInclusion(octets, vkey, commitment, kind) {
  demand(octets.length <= MOST_PROOF, "proof", "too long");
  const proof = readJson(octets, "proof");
  demandMembers(proof, ["format", "entry", "checkpoint", "index", "path"], "proof");
  demand(proof.format === "yinzheng-log-proof/1", "proof", "another format");
  demand(Number.isSafeInteger(proof.index), "proof", "not an index");
  const [spelt, note] = [proof.entry, proof.checkpoint].map((text) => fromBase64(text, "proof"));
  const path = readPath(proof.path, "proof");
  const entry = readEntry(spelt);
  demand(entry.commitments.includes(toHex(commitment)), "commitment", "not in the entry");
  demand(kind === undefined || entry.kind === kind, "entry-kind", entry.kind);
  const { size, root, at } = readCheckpoint(note, vkey);
  demandInclusion(leafHash(spelt), BigInt(proof.index), size, path, root);
  return { kind: entry.kind, at: entry.at, index: proof.index, size: String(size), checkpoint_at: at };
}

// That the tree of the newer checkpoint begins with that of the older one; both notes are verified.
export function readConsistency(octets, vkey, oldNote, newNote) {
  demand(octets.length <= MOST_PROOF, "proof", "too long");
  const proof = readJson(octets, "proof");
  demandMembers(proof, ["old", "new", "path"], "proof");
  const [older, newer] = [oldNote, newNote].map((note) => readCheckpoint(note, vkey));
  demand(Number.isSafeInteger(proof.old) && Number.isSafeInteger(proof.new), "proof", "not sizes");
  demand(BigInt(proof.old) === older.size && BigInt(proof.new) === newer.size, "proof", "of other sizes");
  demandConsistency(older.size, newer.size, older.root, newer.root, readPath(proof.path, "proof"));
  return { old: proof.old, new: proof.new, from: older.at, to: newer.at };
}

function readPath(path, reason) {
  demand(Array.isArray(path) && path.length <= MOST_HASHES, reason, "not a path");
  return path.map((step) => fromBase64(step, reason));
}

export function commitmentOf(identifier, salt, digest) {
  return sm3(join(utf8("yinzheng-commitment/1"), Uint8Array.of(0), salt, sm3(utf8(identifier)), digest));
}

export function tokenCommitment(token) {
  return sm3(join(utf8("yinzheng-token-commitment/1"), Uint8Array.of(0), token));
}
