/** KV namespaces. https://developers.cloudflare.com/api/resources/kv/subresources/namespaces/ */
import { ApiError, pageOf, success } from "../envelope.js";
import { reads, writes } from "../permissions.js";
import { addNamespace } from "../state.js";
import { readObject } from "./body.js";
import { namespaceOf } from "./lookup.js";
import { endpoint } from "./router.js";

const NAMESPACES = "/accounts/{accountId}/storage/kv/namespaces";
const NAMESPACE = `${NAMESPACES}/{namespaceId}`;
const MAX_TITLE = 512;

export const kvNamespaces = [
  endpoint("GET", NAMESPACES, reads("Workers KV Storage"), list),
  endpoint("POST", NAMESPACES, writes("Workers KV Storage"), create),
  endpoint("GET", NAMESPACE, reads("Workers KV Storage"), (context) => success(view(namespaceOf(context)))),
  endpoint("PUT", NAMESPACE, writes("Workers KV Storage"), rename),
  endpoint("DELETE", NAMESPACE, writes("Workers KV Storage"), remove),
];

function list({ state, query }) {
  const key = query.get("order") === "id" ? "id" : "title";
  const sign = query.get("direction") === "desc" ? -1 : 1;
  const sorted = [...state.kv.values()].sort((a, b) => sign * (a[key] < b[key] ? -1 : 1));
  const { items, resultInfo } = pageOf(sorted, query, { perPage: 20, min: 5, max: 1000 });
  return success(items.map(view), { resultInfo });
}

function create({ state, request, runtime }) {
  const namespace = addNamespace(state, readTitle(state, request, "create"));
  runtime.changed();
  return success(view(namespace));
}

function rename(context) {
  const namespace = namespaceOf(context);
  namespace.title = readTitle(context.state, context.request, "rename", namespace.id);
  return success(view(namespace));
}

/** Deleting a bound namespace succeeds; the binding dangles. */
function remove(context) {
  context.state.kv.delete(namespaceOf(context).id);
  context.runtime.changed();
  return success(null);
}

function readTitle(state, request, verb, ownId) {
  const { title } = readObject(request, 10012);
  if (typeof title !== "string" || title.trim() === "") {
    throw new ApiError(400, 10019, `${verb} namespace: 'a namespace title is required'`);
  }
  if (title.length > MAX_TITLE)
    throw new ApiError(400, 10019, `${verb} namespace: 'title is longer than ${MAX_TITLE}'`);
  if ([...state.kv.values()].some((other) => other.title === title && other.id !== ownId)) {
    throw new ApiError(400, 10014, `${verb} namespace: 'A namespace with this account ID and title already exists'`);
  }
  return title;
}

function view({ id, title }) {
  return { id, title, supports_url_encoding: true };
}
