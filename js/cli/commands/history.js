import { openSession } from "../session.js";
import { MANIFESTS } from "./manifests.js";

/** `history MANIFEST…`: the versions of each Worker, who made them, and which get requests. */
export const history = {
  name: "history",
  summary: "list the versions of what is deployed",
  operands: MANIFESTS,
  examples: ["cfworker-deploy history worker.yaml", "cfworker-deploy history worker.yaml --json > history.json"],
  events: false,
  async run(run) {
    const { view, flags, operands } = run;
    const { api, sources, creds, options, host } = await openSession(run, operands[0]);
    const told = await api.history(sources, creds, { ...options, ...host, onEvent: undefined });
    const isEmpty = Object.keys(told.workers).length === 0;
    if (flags.json) view.json(told);
    else if (!isEmpty) await view.history(told);
    if (isEmpty) view.talk("No Worker of these manifests is there.");
    return view.end({ exit: 0 });
  },
};
