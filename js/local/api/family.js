/**
 * Families of plain things: a list, and a path for each thing. A kind of thing is a row that says what is its own;
 * endpoints that a kind has beside these are written as any other.
 */
import { pageOf, success } from "../envelope.js";
import { reads, writes } from "../permissions.js";
import { readObject } from "./body.js";
import { stillFresh } from "./lookup.js";
import { endpoint } from "./router.js";

/**
 * @typedef {object} Family
 * @property {string} path of the list; a thing is at `path/{id}`
 * @property {string} id name of that placeholder; its shape stands in `router.js`
 * @property {string} table of the state, by id
 * @property {(context: import("./router.js").Context) => (thing: object) => boolean} [within] of those in the table, which the
 *   path may name; refuses a path whose parent is not there
 * @property {string[]} nouns of the permission groups
 * @property {{ perPage: number, min?: number, max: number }} pages
 * @property {() => import("../envelope.js").ApiError} missing what is said of a thing that is not there
 * @property {(things: object[], query: URLSearchParams) => object[]} [choose] filter and order of the list
 * @property {(resultInfo: object) => object} [about] what the list says of its page, where that is not everything
 * @property {number} unreadable code for a body that can't be parsed
 * @property {object} [body] options of the reading
 * @property {(context: import("./router.js").Context, sent: object) => object} create
 * @property {Record<string, (context: import("./router.js").Context, thing: object, sent: object) => void>} change by method
 * @property {(context: import("./router.js").Context, thing: object) => unknown} remove refuses, or says what the result is
 * @property {(context: import("./router.js").Context, thing: object) => object | Promise<object>} view
 * @property {(context: import("./router.js").Context, thing: object) => object | Promise<object>} [item] of the list, where it
 *   shows less
 * @property {{ errors?: null, messages?: null }} [envelope] where Cloudflare has null in place of empty lists
 */

/** @param {Family} row */
export function family(row) {
  const { path, nouns, change } = row;
  const thing = `${path}/{${row.id}}`;
  return [
    endpoint("GET", path, reads(...nouns), (context) => list(row, context)),
    endpoint("POST", path, writes(...nouns), (context) => create(row, context)),
    endpoint("GET", thing, reads(...nouns), (context) => shown(row, context, thingOf(row, context))),
    ...Object.keys(change).map((method) =>
      endpoint(method, thing, writes(...nouns), (context) => changed(row, context, change[method])),
    ),
    endpoint("DELETE", thing, writes(...nouns), (context) => remove(row, context)),
  ];
}

/** The thing that the path names. @param {Family} row @throws {import("../envelope.js").ApiError} */
export function thingOf(row, context) {
  const isWithin = row.within?.(context) ?? (() => true);
  const thing = context.state[row.table].get(context.params[row.id]);
  if (thing && isWithin(thing)) return thing;
  throw row.missing();
}

async function list(row, context) {
  const { state, query } = context;
  const isWithin = row.within?.(context) ?? (() => true);
  const things = [...state[row.table].values()].filter((thing) => isWithin(thing) && !stillFresh(thing));
  const chosen = row.choose?.(things, query) ?? things;
  const { items, resultInfo } = pageOf(chosen, query, row.pages);
  const viewOf = row.item ?? row.view;
  const views = await Promise.all(items.map((thing) => viewOf(context, thing)));
  return success(views, { resultInfo: row.about?.(resultInfo) ?? resultInfo, ...row.envelope });
}

function create(row, context) {
  const thing = row.create(context, read(row, context));
  if (context.switches.lateStores > 0) thing.late = context.switches.lateStores;
  context.state[row.table].set(thing.id, thing);
  context.runtime.changed();
  return shown(row, context, thing);
}

function changed(row, context, change) {
  const thing = thingOf(row, context);
  change(context, thing, read(row, context));
  context.runtime.changed();
  return shown(row, context, thing);
}

async function remove(row, context) {
  const thing = thingOf(row, context);
  const result = await row.remove(context, thing);
  context.state[row.table].delete(thing.id);
  context.runtime.changed();
  return success(result, row.envelope);
}

async function shown(row, context, thing) {
  return success(await row.view(context, thing), row.envelope);
}

function read(row, { request }) {
  return readObject(request, row.unreadable, row.body);
}
