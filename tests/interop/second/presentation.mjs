// The 60-second code: presentation.md, rules 2 to 9 without the memory of rule 10, which is the counter's.

import { LAST_SECOND, demandKeys, isCount, readCbor } from "./cbor.mjs";
import { MOST_OCTETS } from "./code_text.mjs";
import { openEnvelope } from "./envelope.mjs";
import { demandName } from "./name.mjs";
import { toHex } from "./octets.mjs";
import { demand } from "./refused.mjs";
import { readToken } from "./token.mjs";

const TYPE = "application/vnd.yinzheng.presentation+cbor";
const REASON = "presentation-claims";
const LIFE_S = 60;
const CLOCKS_APART_S = 10;

// What the code says; with `at`, seconds, also whether it holds now; with `tokenKey` also the token inside.
export function readPresentation(data, key, { at, tokenKey } = {}) {
  const claims = readCbor(openEnvelope(data, key, TYPE, MOST_OCTETS), REASON);
  demandKeys(claims, [0n, 1n, 2n, 3n, 4n, 5n], [6n], REASON);
  const [version, number, made, ends, token] = [0n, 1n, 2n, 3n, 4n].map((name) => claims.get(name));
  demand(version === 1n, REASON, "not version 1");
  demand(number instanceof Uint8Array && number.length === 16, REASON, "a number that is not 16 octets");
  demand(isCount(made, LAST_SECOND) && isCount(ends, LAST_SECOND), REASON, "not seconds");
  demand(ends > made && ends - made <= LIFE_S, REASON, "a life that is none or longer than a minute");
  demand(token instanceof Uint8Array && token.length > 0, REASON, "no token");
  const found = { number: toHex(number), made: Number(made), ends: Number(ends), token: toHex(token) };
  found.holder = demandName(claims.get(5n), 100, REASON);
  if (claims.has(6n)) found.audience = demandName(claims.get(6n), 40, REASON);
  if (at !== undefined) demandNow(found, at);
  if (tokenKey) found.licence = demandToken(token, tokenKey, found.holder);
  return found;
}

function demandNow({ made, ends }, at) {
  demand(at < ends, "presentation-over");
  demand(made <= at + CLOCKS_APART_S, "presentation-early");
}

// A token that shortens its names cannot be compared; who reads both sees them.
function demandToken(octets, key, holder) {
  const token = readToken(octets, key);
  const names = token.holder.split("、");
  demand(token.holder.includes("…") || names.includes(holder), "presentation-holder");
  return token;
}
