import { openSession } from "../session.js";
import { MANIFESTS } from "./manifests.js";

/** `outputs MANIFEST…`: what the deployed resources are known by, for other runs and scripts. */
export const outputs = {
  name: "outputs",
  summary: "print the outputs of what is deployed",
  operands: MANIFESTS,
  examples: ["cfworker-deploy outputs worker.yaml", "cfworker-deploy outputs kv.yaml --json > outputs.json"],
  events: false,
  async run(run) {
    const { view, flags, operands } = run;
    const { api, sources, creds, options, host } = await openSession(run, operands[0]);
    const { outputs } = await api.outputs(sources, creds, { ...options, ...host, onEvent: undefined });
    if (flags.json) view.json(outputs);
    else for (const line of linesOf(outputs)) view.data(line);
    if (Object.keys(outputs).length === 0) view.talk("Nothing of these manifests is deployed.");
    return view.end({ exit: 0 });
  },
};

/** `CloudflareWorker/hello.script_id = hello`, a line for each value of a list. */
function linesOf(outputs) {
  return Object.entries(outputs).flatMap(([resource, fields]) =>
    Object.entries(fields).flatMap(([field, value]) =>
      [value].flat().map((one) => `${resource}.${field} = ${textOf(one)}`),
    ),
  );
}

const textOf = (value) => (typeof value === "string" ? value : JSON.stringify(value));
