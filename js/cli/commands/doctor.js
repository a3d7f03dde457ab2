import { openSession } from "../session.js";
import { MANIFESTS } from "./manifests.js";

/** `doctor MANIFEST…`: token, clock, account, zones, permissions, S3 keys and bundles, by reads only. */
export const doctor = {
  name: "doctor",
  summary: "check whether these credentials can deploy this",
  operands: MANIFESTS,
  examples: ["cfworker-deploy doctor worker.yaml", "cfworker-deploy doctor worker.yaml --json"],
  events: false,
  async run(run) {
    const { view, flags, operands } = run;
    const { api, sources, creds, options, host, surroundings } = await openSession(run, operands[0]);
    const checkup = await api.doctor(sources, creds, { ...options, ...host, onEvent: undefined });
    if (flags.json) view.json({ ...checkup, checks: [...surroundings.map(checkOf), ...checkup.checks] });
    else await view.checkup(checkup);
    return view.end({ exit: checkup.exitCode });
  },
};

/** What is odd about the environment fails nothing by itself. People were told it as a finding. */
const checkOf = ({ code, message, help }) => ({ name: "environment", ok: true, detail: message, code, help });
