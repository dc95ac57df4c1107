// The token on a licence: qr-code.md, claims. Which department may sign, the status list and the log are other questions.

import { LAST_SECOND, demandKeys, isCount, readCbor } from "./cbor.mjs";
import { checkCharacter } from "./check_character.mjs";
import { MOST_OCTETS } from "./code_text.mjs";
import { openEnvelope } from "./envelope.mjs";
import { demandName } from "./name.mjs";
import { demand } from "./refused.mjs";

const LAST_DAY = 2932896; // 9999-12-31
const REASON = "token-claims";
const IDENTIFIER = [/^[0-9A-Z]{21}$/, /^[0-9A-Z]{1,32}$/, /^[0-9A-Z]{1,64}$/, /^[0-9]{3}$/];

export function readToken(data, key) {
  const claims = readCbor(openEnvelope(data, key, null, MOST_OCTETS), REASON);
  demandKeys(claims, [0n, 1n, 2n, 3n, 5n], [4n, 6n, 7n, 8n], REASON);
  demand(claims.get(0n) === 1n, REASON, "not version 1");
  const found = {
    identifier: identifier(claims.get(1n)),
    holder: demandName(claims.get(2n), 100, REASON),
    issued_on: day(claims.get(3n)),
    status: counts(claims.get(5n), 2),
  };
  if (claims.has(4n)) found.valid_until = day(claims.get(4n));
  if (claims.has(6n)) found.valid_from = day(claims.get(6n));
  if (claims.has(7n)) found.copy = copy(claims.get(7n));
  if (claims.has(8n)) found.grade = grade(claims.get(8n));
  return found;
}

function identifier(parts) {
  demand(Array.isArray(parts) && parts.length === 4, REASON, "claim 1 is not four texts");
  IDENTIFIER.forEach((form, place) => {
    demand(typeof parts[place] === "string" && form.test(parts[place]), REASON, `part ${place} of the identifier`);
  });
  return ["1.2.156.3005.2", ...parts, checkCharacter(parts.join(""))].join(".");
}

function day(value) {
  demand(isCount(value, LAST_DAY), REASON, "not a day");
  return Number(value);
}

function counts(value, length) {
  demand(Array.isArray(value) && value.length === length, REASON, `not ${length} numbers`);
  for (const one of value) demand(isCount(one), REASON, "not a count");
  return value.map(Number);
}

function copy(value) {
  const found = counts(value, 3);
  demand(found[0] <= LAST_SECOND, REASON, "a second after the last day");
  return found;
}

function grade(value) {
  demand(["A", "B", "C", "D"].includes(value), REASON, "not a grade");
  return value;
}
