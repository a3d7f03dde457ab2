/** Runs the command line in this process, with streams, environment and engine of the test's own. */

import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable, Writable } from "node:stream";
import { runProgram } from "../../js/cli/program.js";
import { createApi } from "../../js/index.js";
import { assertClean } from "../canaries/index.js";

/**
 * @param {string[]} argv
 * @param {{ engine?: object, texts?: object, env?: object, cwd?: string, stdin?: string | object, tty?: boolean, interrupt?: object }} [given]
 * @returns {Promise<{ exit: number, stdout: string, stderr: string, events: object[] }>}
 */
export async function run(argv, { engine, texts, env = {}, cwd = tmpdir(), stdin = "", tty = false, interrupt } = {}) {
  const stdout = collector(tty);
  const stderr = collector(tty);
  const input = typeof stdin === "string" ? Readable.from([Buffer.from(stdin)]) : stdin;
  const context = {
    env,
    cwd,
    stdin: Object.assign(input, { isTTY: tty }),
    stdout,
    stderr,
    version: "1.2.3",
    interrupt: interrupt ?? createInterrupt(),
    loadApi: async () => createApi(engine, texts),
  };
  const exit = await runProgram(argv, context);
  const text = stdout.text();
  assertClean([text, stderr.text()], `the output of ${argv.join(" ")}`);
  const isEvents = text.startsWith('{"type"');
  return {
    exit,
    stdout: text,
    stderr: stderr.text(),
    events: isEvents
      ? text
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line))
      : [],
  };
}

/** What `watchInterrupts` answers, triggered by the test. */
export function createInterrupt() {
  const controller = new AbortController();
  let code;
  let say = () => {};
  return {
    signal: controller.signal,
    exitCode: () => code,
    onFirst: (callback) => {
      say = callback;
    },
    own() {},
    release() {},
    trigger(exitCode) {
      code = exitCode;
      say();
      controller.abort();
    },
  };
}

/** A terminal's input that answers once something was asked. */
export function answering(text) {
  const input = new PassThrough();
  input.setRawMode = () => input;
  setTimeout(() => input.write(`${text}\n`), 50);
  return input;
}

/** @returns {Promise<string>} a new directory with these files */
export async function directoryWith(files) {
  const directory = await mkdtemp(join(tmpdir(), "cfworker-cli-"));
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
  return directory;
}

function collector(tty) {
  const chunks = [];
  const stream = new Writable({
    write(chunk, _encoding, callback) {
      chunks.push(chunk);
      callback();
    },
  });
  return Object.assign(stream, {
    isTTY: tty,
    columns: tty ? 100 : undefined,
    text: () => Buffer.concat(chunks).toString(),
  });
}
