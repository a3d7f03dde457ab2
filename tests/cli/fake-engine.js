/**
 * An engine that answers by script, for tests of what surrounds the engine: which calls reach it, with what, and what
 * becomes of its answers. What the engine itself does is tested with the real one.
 */

/**
 * @param {Record<string, unknown>} answers by export: a value, or a function of the call's arguments
 * @returns {{ call: Function, calls: { name: string, args: any[] }[] }}
 */
export function fakeEngine(answers) {
  const calls = [];
  return {
    calls,
    async call(name, ...args) {
      if (name === "drawFindings" && !(name in answers)) return drawFindings(...args);
      calls.push({ name, args });
      if (!(name in answers)) throw new TypeError(`the engine has no export \`${name}\``);
      const answer = answers[name];
      return typeof answer === "function" ? answer(...args) : answer;
    },
  };
}

/** Findings without their lines: what the real one draws is tested where it is drawn. */
function drawFindings(_sources, findings) {
  const help = (text) => (text === undefined ? "" : `  help: ${text}\n`);
  return { ok: findings.map((one) => `${one.severity}[${one.code}]: ${one.message}\n${help(one.help)}`) };
}

/** A plan with one new script. */
export function planOf(fields = {}) {
  return {
    format: "1.0",
    offline: false,
    fingerprint: "b3f1c09ab3f1c09a",
    manifests: [],
    changes: [
      {
        address: "script:hello",
        kind: "script",
        action: "create",
        why: "not-found",
        reason: "not found",
        needs: [],
        fields: [],
      },
    ],
    kept: [],
    orphans: [],
    unmanaged: [],
    diagnostics: [],
    summary: { create: 1, update: 0, replace: 0, delete: 0, adopt: 0, noop: 0, reads: 4, writes: 1 },
    conflicts: 0,
    needsYes: [],
    exitCode: 0,
    ...fields,
  };
}

/** The answer of an apply that made it. */
export function resultOf(fields = {}) {
  const outputs = { "CloudflareWorker/hello": { script_id: "hello", urls: ["https://hello.example.com/"] } };
  return {
    plan: planOf(),
    outputs,
    workers: { hello: outputs["CloudflareWorker/hello"] },
    done: ["script:hello"],
    diagnostics: [],
    exitCode: 0,
    undo: { command: "destroy", set: [], leaves: [] },
    dashboard: ["https://dash.example.com/hello"],
    ...fields,
  };
}
