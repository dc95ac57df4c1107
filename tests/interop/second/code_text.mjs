// The text of a code: qr-code.md, rules 1 to 4. What it carries is a token or a 60-second code.

import { fromHex } from "./octets.mjs";
import { demand } from "./refused.mjs";

export const MOST_OCTETS = 995;
const MOST_DIGITS = 2400;
const ADDRESS = /^https?:\/\/[\x21-\x22\x24-\x7e]{1,250}\/q#([0-9]+)$/;
const BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

// Spaces, tabs and line ends around the text, which scanners add, are no part of it.
export function fromText(spelt) {
  demand(spelt.length <= MOST_DIGITS + 300, "text", "too long");
  const text = spelt.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");
  const octets = text.startsWith("EL1:") ? fromBase45(text.slice(4)) : fromAddress(text);
  demand(octets.length > 0 && octets.length <= MOST_OCTETS, "text", `${octets.length} octets`);
  return octets;
}

function fromAddress(text) {
  const digits = ADDRESS.exec(text)?.[1];
  demand(digits !== undefined, "text", "not an address with digits after /q#");
  demand(digits.length <= MOST_DIGITS && digits[0] !== "0", "text", "too many digits, or a zero in front");
  const hex = BigInt(digits).toString(16);
  const octets = fromHex(hex.padStart(hex.length + (hex.length % 2), "0"));
  demand(octets[0] === 1, "text", "not version 1 of the form");
  return octets.slice(1);
}

// RFC 9285: three characters for two octets, two for a last one.
function fromBase45(text) {
  const octets = [];
  for (let at = 0; at < text.length; at += 3) {
    const places = [...text.slice(at, at + 3)].map((character) => BASE45.indexOf(character));
    demand(places.length > 1 && !places.includes(-1), "text", "not base45");
    const value = places.reduceRight((sum, place) => sum * 45 + place, 0);
    demand(value < (places.length === 3 ? 0x10000 : 0x100), "text", "not base45");
    if (places.length === 3) octets.push(value >> 8);
    octets.push(value & 0xff);
  }
  return Uint8Array.from(octets);
}
