// A name as people read it: qr-code.md, "Conventions". Nothing in it is invisible, and it has one spelling.

import { characters } from "./octets.mjs";
import { demand } from "./refused.mjs";

// Controls, formats, surrogates, private use, separators; noncharacters; then what shows nothing, or picks a glyph.
const UNSEEN = new RegExp(
  "[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Co}\\p{Zl}\\p{Zp}\\p{Noncharacter_Code_Point}\\u034f\\u115f\\u1160\\u17b4\\u17b5\\u2800" +
    "\\u3164\\uffa0\\ufffc\\ufffd\\u180b-\\u180f\\ufe00-\\ufe0f\\u{e0000}-\\u{e0fff}]",
  "u",
);
const SPACES = /[^\P{Zs}\u0020\u3000]/u;
const AT_AN_END = /^[\u0020\u3000]|[\u0020\u3000]$/u;
const PILE = /[\p{Mn}\p{Me}]{5}/u;

export function demandName(value, most, reason) {
  demand(typeof value === "string", reason, "a name that is no text");
  const length = characters(value);
  demand(length > 0 && length <= most, reason, `a name of ${length} characters`);
  demand(value.normalize("NFC") === value, reason, "a name that is not in NFC");
  for (const form of [UNSEEN, SPACES, AT_AN_END, PILE]) demand(!form.test(value), reason, "a name with what is not seen");
  return value;
}
