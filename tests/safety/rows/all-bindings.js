/** The bindings of all types as one row. */
import { BINDINGS } from "./bindings.js";

const KV = "kv_namespace";

/** Somebody takes each binding out, binds something else under its name, or changes what it leads to. */
export function allBindings() {
  const types = Object.keys(BINDINGS);
  const live = (site) => site.local.state.scripts.get("shop").versions[0];
  const bound = (site, prefix) => live(site).bindings.filter(({ name }) => name.startsWith(prefix));
  const deployed = (change) => (site) =>
    site.foreign.dashboardDeploy("shop", { bindings: live(site).bindings.flatMap((one) => change(one)) });
  const ours = (change) => deployed((one) => (one.name.startsWith("OUR_") ? change(one) : [one]));
  return {
    key: "bindings",
    spec: specOfBindings,
    without: { bindings: undefined, kv_bindings: undefined },
    drift: {
      "taken out": ours(() => []),
      "something else under each name": ours(({ name }) => [{ type: "plain_text", name, text: "theirs" }]),
      "each leads elsewhere": ours(leadingElsewhere),
    },
    told: types.map((type) => pathOf(type)),
    seen: (site) => bound(site, "OUR_"),
    others: (site) => {
      deployed((one) => [one, { ...one, name: one.name.replace("OUR_", "THEIR_") }])(site);
      return () => bound(site, "THEIR_");
    },
    lost: types.map((type) => new RegExp(`${pathOf(type).source}.* -> \\(removed\\)`)),
  };
}

const pathOf = (type) => new RegExp(`${type === KV ? "kv_bindings" : "bindings"}\\.OUR_${type}\\b`);

function specOfBindings(made) {
  const entries = Object.entries(BINDINGS).map(([type, given]) => {
    return { type, name: `OUR_${type}`, ...(typeof given === "function" ? given(made) : given) };
  });
  const { type: _, ...kv } = entries.find(({ type }) => type === KV);
  return { bindings: entries.filter(({ type }) => type !== KV), kv_bindings: [kv] };
}

/** Where there is nothing to lead to, the binding goes. */
function leadingElsewhere({ name, type, ...members }) {
  const [[member, value] = []] = Object.entries(members);
  if (member === undefined) return [];
  const other = typeof value === "string" ? `${value.slice(1)}0` : ["other"];
  return [{ name, type, ...members, [member]: other }];
}
