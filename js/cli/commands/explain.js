import { Help } from "commander";
import { usageError } from "../../errors.js";

const PROSE_WIDTH = 80;

/** `explain CODE`: what a finding means and what to do. */
export const explain = {
  name: "explain",
  summary: "tell more about a code such as CFD0101",
  operands: [["<code>", "the code of a finding or an error"]],
  examples: ["cfworker-deploy explain CFD0101"],
  async run({ context, view, operands: [code] }) {
    const api = await context.loadApi();
    const text = await api.explain(code);
    if (text === undefined) throw usageError(`there is no code \`${code}\``, "codes look like CFD0101");
    view.text(new Help().boxWrap(text.trimEnd(), Math.min(context.out.terminal.width, PROSE_WIDTH)));
    return view.end({ exit: 0 });
  },
};
