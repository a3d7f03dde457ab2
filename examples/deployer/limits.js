// What this deployer does for nobody, whatever a manifest or its annotations say.
import { Refusal } from "./request.js";

/**
 * It never changes itself: not its Worker, not its records, and no route that could take its requests away.
 * @param {{ script: string, hosts: string[] }} own
 */
export function refuseOwn({ changes, orphans }, { script, hosts }) {
  const own = hosts.map((host) => host.toLowerCase());
  const isOwn = {
    script: (name) => name === script,
    record: (name) => own.includes(name),
    route: (pattern) => own.some((host) => covers(pattern, host)),
  };
  const found = [...changes, ...orphans].find(({ address }) => {
    const [kind, key] = split(address);
    return isOwn[kind]?.(key);
  });
  if (found) throw new Refusal(403, `\`${found.address}\` is the deployer's own`);
}

/** It takes over nothing of others, and gives no code what its caller does not have: secrets and stores of a live Worker. */
export function refuseOthers({ changes, kept }) {
  const taken = changes.find(({ action }) => action === "adopt");
  if (taken) throw new Refusal(403, `\`${taken.address}\` belongs to ${taken.from ?? "somebody else"}`);
  const changed = new Set(changes.filter(({ action }) => action !== "no-op").map(({ address }) => address));
  const inherited = kept.find(({ address }) => changed.has(address));
  if (!inherited) return;
  const what = inherited.path ?? "a binding";
  throw new Refusal(403, `\`${inherited.address}\` has \`${what}\`, which the new code would inherit`);
}

/** `route:zone/ID/a.example/*` → kind and key; the zone or account is left out. */
function split(address) {
  const at = address.indexOf(":");
  return [address.slice(0, at), address.slice(at + 1).replace(/^(zone|account)\/[0-9a-f]{32}\//, "")];
}

/** Whether requests to the host can match the pattern, whose host may start with a `*`. */
function covers(pattern, host) {
  const wanted = pattern
    .toLowerCase()
    .replace(/^https?:\/\//, "")
    .split("/", 1)[0];
  return wanted.startsWith("*") ? host.endsWith(wanted.slice(1)) : host === wanted;
}
