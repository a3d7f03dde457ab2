/** `schema`: the JSON Schema of manifests, for editors. */
export const schema = {
  name: "schema",
  summary: "print the JSON Schema of manifests",
  operands: [],
  examples: ["cfworker-deploy schema > worker.schema.json"],
  async run({ context, view }) {
    const api = await context.loadApi();
    view.text(await api.schema());
    return view.end({ exit: 0 });
  },
};
