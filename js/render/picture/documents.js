/**
 * Which document a change belongs to. A plan does not say it; its edges do: whatever leads to the resource of exactly one
 * Worker, other documents aside, is of that Worker's document. What a store needs, and what needs it, is never the store's.
 * Where several documents have one address, each in an account of its own, nothing tells whose a change is.
 */

/**
 * @param {{ manifests: { address?: string, script?: string }[], changes: { address: string, needs: string[] }[] }} plan
 * @returns {Map<string, number>} from an address to a place in `manifests`
 */
export function documentsByAddress({ manifests, changes }) {
  const own = ownAddresses(manifests);
  const neighbours = neighboursOf(changes);
  const documents = new Map([...own].filter(([, index]) => index !== SEVERAL));
  const seen = new Set(own.keys());
  for (const { address } of changes) {
    if (seen.has(address)) continue;
    const { members, around } = reached(address, neighbours, own);
    for (const member of members) {
      seen.add(member);
      if (around.size === 1 && !around.has(SEVERAL)) documents.set(member, ...around);
    }
  }
  return documents;
}

/** Starts the address of a Worker: no other document has resources beside its own. */
const WORKER = "script:";

/** A plan that was saved when there were only Workers names their scripts alone. */
const addressOf = ({ address, script }) => address ?? `${WORKER}${script}`;

/** Instead of a document's place: several have this address. */
const SEVERAL = -1;

function ownAddresses(manifests) {
  const own = new Map();
  for (const [index, manifest] of manifests.entries()) {
    const address = addressOf(manifest);
    own.set(address, own.has(address) ? SEVERAL : index);
  }
  return own;
}

function neighboursOf(changes) {
  const neighbours = new Map(changes.map(({ address }) => [address, new Set()]));
  for (const { address, needs } of changes) {
    for (const need of needs.filter((each) => neighbours.has(each))) {
      neighbours.get(address).add(need);
      neighbours.get(need).add(address);
    }
  }
  return neighbours;
}

/** All that hangs together without passing through a document's own resource, and the documents around it. */
function reached(start, neighbours, own) {
  const members = new Set([start]);
  const around = new Set();
  for (const member of members) {
    for (const next of neighbours.get(member)) {
      if (!own.has(next)) members.add(next);
      else if (next.startsWith(WORKER)) around.add(own.get(next));
    }
  }
  return { members, around };
}
