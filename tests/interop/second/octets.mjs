// Octets and their spellings. Every reader here accepts one spelling only: what does not come back as it was is refused.

import { Refused, demand } from "./refused.mjs";

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function fromHex(text, reason = "hex") {
  demand(typeof text === "string" && /^([0-9a-f]{2})*$/.test(text), reason, "not lower-case hexadecimal");
  return new Uint8Array(Buffer.from(text, "hex"));
}

export function toHex(octets) {
  return Buffer.from(octets).toString("hex");
}

export function fromBase64(text, reason = "base64") {
  demand(typeof text === "string", reason, "not a text");
  const octets = Buffer.from(text, "base64");
  demand(octets.toString("base64") === text, reason, "not base64 with padding and nothing else");
  return new Uint8Array(octets);
}

export function fromUtf8(octets, reason = "utf-8") {
  try {
    return UTF8.decode(octets);
  } catch {
    throw new Refused(reason, "not UTF-8");
  }
}

export function utf8(text) {
  return new TextEncoder().encode(text);
}

export function join(...parts) {
  return new Uint8Array(Buffer.concat(parts));
}

export function same(one, other) {
  return Buffer.compare(one, other) === 0;
}

// Characters are code points, as in the texts of the specification, and not the 16-bit units of the language.
export function characters(text) {
  return [...text].length;
}
