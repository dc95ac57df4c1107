// Canonical JSON: keys by code point, no white space, UTF-8, no escape that JSON does not need, whole numbers of 53 bits.
// What does not come back octet for octet when written again is refused, repeated keys and long numbers with it.

import { fromUtf8, same, utf8 } from "./octets.mjs";
import { Refused, demand } from "./refused.mjs";

const DEEPEST = 16;
const MOST_MARKS = 200000;
const LONE_SURROGATE = /\p{Cs}/u;

export function readJson(octets, reason) {
  const text = fromUtf8(octets, reason);
  demand(text.replace(/[^,[{]/g, "").length <= MOST_MARKS, reason, "too many members");
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Refused(reason, "not JSON");
  }
  demand(same(utf8(written(value, reason, 0)), octets), reason, "not the canonical form");
  return value;
}

function written(value, reason, depth) {
  demand(depth < DEEPEST, reason, "too deep");
  if (typeof value === "number") demand(Number.isSafeInteger(value), reason, "not a whole number of 53 bits");
  if (value === null || typeof value !== "object") return scalar(value, reason);
  if (Array.isArray(value)) return `[${value.map((one) => written(one, reason, depth + 1)).join(",")}]`;
  const keys = Object.keys(value).sort(byCodePoint);
  return `{${keys.map((key) => `${scalar(key, reason)}:${written(value[key], reason, depth + 1)}`).join(",")}}`;
}

// The language would write a lone surrogate as an escape; UTF-8 has no spelling for it.
function scalar(value, reason) {
  demand(typeof value !== "string" || !LONE_SURROGATE.test(value), reason, "a lone surrogate");
  return JSON.stringify(value);
}

// UTF-8 keeps the order of code points, which the language's own order of 16-bit units does not.
function byCodePoint(one, other) {
  return Buffer.compare(utf8(one), utf8(other));
}

// Throws unless the value is an object with exactly these members.
export function demandMembers(value, names, reason) {
  demand(value !== null && typeof value === "object" && !Array.isArray(value), reason, "no object");
  const found = Object.keys(value).sort().join(" ");
  demand(found === [...names].sort().join(" "), reason, `members ${found}`);
}

// An instant, "2026-03-01T08:00:07Z", with six digits of a second where there are any.
export function demandInstant(text, reason) {
  const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z$/;
  demand(typeof text === "string" && form.test(text) && !/^0000|\.000000Z$/.test(text), reason, "not an instant");
  const whole = `${text.slice(0, 19)}.000Z`;
  const date = new Date(whole);
  demand(!Number.isNaN(date.getTime()) && date.toISOString() === whole, reason, "no such instant");
  return text;
}
