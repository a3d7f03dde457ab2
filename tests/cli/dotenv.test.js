/** Dotenv files: what is read is what was written, or it is refused by name. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { readDotenv } from "../../js/cli/dotenv.js";

const SECRET = "canary-4711";

function refusal(text) {
  try {
    readDotenv(text, "s.env");
  } catch (error) {
    assert.equal(error.exitCode, 64);
    assert.doesNotMatch(`${error.message}${error.help}`, /4711/, "a refusal never quotes a value");
    return error;
  }
  return assert.fail(`not refused: ${text}`);
}

test("a value is read whole: blanks, signs, quotes of the other kind, several lines", () => {
  const text = [
    "# comment",
    "PLAIN=a=b c$d\\n",
    "  export INDENTED = x ",
    `DOUBLE="it's # one\\ntwo" # comment`,
    `SINGLE='say "hi" # \\n'`,
    "TICK=`a'b\"c`",
    'KEY="-----BEGIN-----\n# not a comment\n-----END-----"',
    "EMPTY=",
    "QUOTE_INSIDE=it's",
    "",
    "LAST=1",
  ].join("\r\n");
  assert.deepEqual(
    { ...readDotenv(text, "s.env") },
    {
      PLAIN: "a=b c$d\\n",
      INDENTED: "x",
      DOUBLE: "it's # one\ntwo",
      SINGLE: 'say "hi" # \\n',
      TICK: "a'b\"c",
      KEY: "-----BEGIN-----\n# not a comment\n-----END-----",
      EMPTY: "",
      QUOTE_INSIDE: "it's",
      LAST: "1",
    },
  );
});

test("an unquoted value with a `#` is refused by name, not shortened", () => {
  for (const value of [`${SECRET}#x`, `${SECRET} # comment`, `#${SECRET}`]) {
    const { message, help } = refusal(`A=1\nTOKEN=${value}\n`);
    assert.match(message, /`TOKEN` in `s\.env` holds a `#` outside of quotes/);
    assert.match(help, /quote it/);
  }
});

test("a quote that is not closed is refused by name", () => {
  for (const quote of ['"', "'", "`"]) {
    assert.match(refusal(`A=1\nTOKEN=${quote}${SECRET}\nB=2\n`).message, /`TOKEN`.*not closed/);
  }
});

test("a value that goes on after its closing quote is refused by name", () => {
  assert.match(refusal(`TOKEN="a\\"${SECRET}"\n`).message, /`TOKEN`.*after its closing quote/);
});

test("a line that sets nothing is told by its number", () => {
  assert.match(refusal(`A="1\n2"\n\n${SECRET}\n`).message, /line 4 of `s\.env` sets nothing/);
});
