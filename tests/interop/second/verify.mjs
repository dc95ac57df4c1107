// node verify.mjs KIND FILE… [--name value]…
//
//   token          CODE KEY
//   presentation   CODE KEY [TOKEN-KEY]  --at
//   status-list    LIST KEY              --uri --list --seen --index --at
//   checkpoint     NOTE VKEY
//   cosignature    NOTE VKEY             the key is a witness's
//   inclusion      PROOF VKEY            --commitment (hexadecimal) --kind
//   consistency    PROOF VKEY OLD-NOTE NEW-NOTE
//   receipt        RECEIPT KEY
//   catalogue      ENTRY KEY
//   many           JOBS                  many questions in one file of JSON: [{"kind", "files": [base64…], "asked"}…]
//
// A CODE is the text of the picture or the octets. A KEY is a SubjectPublicKeyInfo, DER or base64. Instants are seconds
// since 1970; with --index and --at a list is asked for the standing of that entry at that instant.
//
// Prints findings in JSON: {"kind", "holds", "reason", "words", "facts"}; exits 0 if all hold, 1 if one does not, 64 for a
// question that is none.

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";

import { readCatalogueEntry } from "./catalogue.mjs";
import { fromText } from "./code_text.mjs";
import { readConsistency, readInclusion, tokenCommitment } from "./log.mjs";
import { LOG, WITNESS, readCheckpoint, readCosignature, readVkey } from "./note.mjs";
import { fromBase64, fromHex, fromUtf8, toHex } from "./octets.mjs";
import { readPresentation } from "./presentation.mjs";
import { readReceipt } from "./receipt.mjs";
import { Refused } from "./refused.mjs";
import { PublicKey } from "./sm.mjs";
import { readStatusList } from "./status_list.mjs";
import { readToken } from "./token.mjs";

const KINDS = {
  token: ([code, key]) => token(codeOctets(code), spki(key)),
  presentation: ([code, key, tokenKey], { at }) =>
    readPresentation(codeOctets(code), spki(key), { at, tokenKey: tokenKey && spki(tokenKey) }),
  "status-list": ([list, key], asked) => readStatusList(list, spki(key), asked),
  checkpoint: ([note, vkey]) => checkpoint(readCheckpoint(note, keyOfLog(vkey))),
  cosignature: ([note, vkey]) => readCosignature(note, readVkey(line(vkey), WITNESS)),
  inclusion: ([proof, vkey], { commitment, kind }) =>
    readInclusion(proof, keyOfLog(vkey), fromHex(commitment, "commitment"), kind),
  consistency: ([proof, vkey, older, newer]) => readConsistency(proof, keyOfLog(vkey), older, newer),
  receipt: ([receipt, key]) => readReceipt(receipt, spki(key)),
  catalogue: ([entry, key]) => readCatalogueEntry(entry, spki(key)),
};
const TEXTS = ["uri", "commitment", "kind"];
const NUMBERS = ["list", "index", "at", "seen"];
const FILES = { presentation: [2, 3], consistency: [4, 4] };

function token(octets, key) {
  return { ...readToken(octets, key), commitment: toHex(tokenCommitment(octets)) };
}

function checkpoint({ origin, size, root, at }) {
  return { origin, size: String(size), root: toHex(root), at };
}

function codeOctets(file) {
  return file[0] === 0xd2 ? file : fromText(fromUtf8(file, "text"));
}

function spki(file) {
  return PublicKey.fromSpki(file[0] === 0x30 ? file : fromBase64(fromUtf8(file, "key").replace(/\s/g, ""), "key"));
}

function keyOfLog(file) {
  return readVkey(line(file), LOG);
}

function line(file) {
  return fromUtf8(file, "vkey").replace(/\s/g, "");
}

function finding(kind, files, asked) {
  try {
    return { kind, holds: true, reason: null, words: null, facts: KINDS[kind](files, asked) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { kind, holds: false, reason: error.reason, words: error.message, facts: null };
  }
}

function isQuestion(kind, files) {
  const [least, most] = FILES[kind] ?? [2, 2];
  return Object.hasOwn(KINDS, kind) && files.length >= least && files.length <= most;
}

// What was typed, with the files read.
function question() {
  try {
    const options = Object.fromEntries([...TEXTS, ...NUMBERS].map((name) => [name, { type: "string" }]));
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const [kind, ...paths] = positionals;
    for (const name of NUMBERS) if (values[name] !== undefined) values[name] = wholeNumber(values[name]);
    return { kind, files: paths.map((path) => new Uint8Array(readFileSync(path))), asked: values };
  } catch (error) {
    return wrongUse(error.message);
  }
}

function wholeNumber(text) {
  if (!/^[0-9]{1,15}$/.test(text)) throw new Error(`not a number: ${text}`);
  return Number(text);
}

function wrongUse(words) {
  process.stderr.write(`${words}\n`);
  process.exit(64);
}

function main() {
  const { kind, files, asked } = question();
  let found;
  if (kind === "many" && files.length === 1) {
    const jobs = JSON.parse(fromUtf8(files[0]));
    found = jobs.map((job) => finding(job.kind, job.files.map((file) => fromBase64(file)), job.asked ?? {}));
  } else if (isQuestion(kind, files)) {
    found = finding(kind, files, asked);
  } else wrongUse("usage: node verify.mjs KIND FILE… (see the head of this file)");
  process.stdout.write(`${JSON.stringify(found, null, kind === "many" ? 0 : 2)}\n`);
  process.exitCode = [found].flat().every(({ holds }) => holds) ? 0 : 1;
}

main();
