/**
 * Records and routes of all zones, schedules of all Workers, and the tables of stores, as they were: for answers that are stale on purpose. Only what
 * requests changed since such a fault was set is known.
 */
import { tablesOf } from "./state.js";

/** Older answers than this are never asked for. */
const KEPT_MS = 3_600_000;

export class History {
  #state;
  #now;
  /** What there was before each write, oldest first. */
  #seen = [];

  /** @param {object} state @param {() => number} now */
  constructor(state, now) {
    this.#state = state;
    this.#now = now;
  }

  /** Remembers what is there, because a request may change it. */
  beforeWrite() {
    const at = this.#now();
    const { records, routes, scripts } = this.#state;
    const schedules = schedulesOf(scripts);
    const tables = copiesOf(tablesOf(this.#state));
    this.#seen.push({ at, records: copyOf(records), routes: copyOf(routes), schedules, ...tables });
    const oldest = at - KEPT_MS;
    while (this.#seen[0].at < oldest) this.#seen.shift();
  }

  /**
   * What there was at that time: what stood before the first write after it.
   * @param {number} time milliseconds since the epoch
   * @returns {{ records: Map<string, object[]>, routes: Map<string, object[]>, schedules: Map<string, object[]> }
   *   & Record<string, Map<string, object>>} with every table of the state
   */
  at(time) {
    const then = this.#seen.find(({ at }) => at >= time) ?? this.#state;
    const schedules = then.schedules ?? schedulesOf(then.scripts);
    return { records: then.records, routes: then.routes, schedules, ...tablesOf(then) };
  }
}

/** The lists are changed in place, what stands in them is replaced. */
const copyOf = (lists) => new Map([...lists].map(([zoneId, list]) => [zoneId, [...list]]));

/** By script; each list is replaced whole. */
const schedulesOf = (scripts) => new Map([...scripts.values()].map(({ name, schedules }) => [name, schedules]));

/** Things in tables are changed themselves. */
function copiesOf(tables) {
  const copy = (things) => new Map([...things].map(([id, thing]) => [id, { ...thing }]));
  return Object.fromEntries(Object.entries(tables).map(([name, things]) => [name, copy(things)]));
}
