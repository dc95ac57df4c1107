// Reads cases {key, message, signature} in hexadecimal from standard input, writes sm-crypto's answers: booleans in JSON.
"use strict";

const { sm2 } = require("sm-crypto");

const cases = JSON.parse(require("fs").readFileSync(0, "utf8"));
const answers = cases.map(({ key, message, signature }) =>
  sm2.doVerifySignature(Array.from(Buffer.from(message, "hex")), signature, key, { der: true, hash: true }),
);
process.stdout.write(JSON.stringify(answers));
