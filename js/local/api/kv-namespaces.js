/** KV namespaces. https://developers.cloudflare.com/api/resources/kv/subresources/namespaces/ */
import { ApiError } from "../envelope.js";
import { newNamespace } from "../state.js";
import { family } from "./family.js";
import { namespaceMissing } from "./lookup.js";

const MAX_TITLE = 512;

export const kvNamespaces = family({
  path: "/accounts/{accountId}/storage/kv/namespaces",
  id: "namespaceId",
  table: "kv",
  nouns: ["Workers KV Storage"],
  pages: { perPage: 20, min: 5, max: 1000 },
  missing: namespaceMissing,
  choose: inOrder,
  unreadable: 10012,
  create: ({ state }, sent) => newNamespace(readTitle(state, sent, "create")),
  change: {
    PUT: ({ state }, namespace, sent) => {
      namespace.title = readTitle(state, sent, "rename", namespace.id);
    },
  },
  /** Deleting a bound namespace succeeds; the binding dangles. */
  remove: () => null,
  view: (_, { id, title }) => ({ id, title, supports_url_encoding: true }),
});

function inOrder(namespaces, query) {
  const key = query.get("order") === "id" ? "id" : "title";
  const sign = query.get("direction") === "desc" ? -1 : 1;
  return namespaces.sort((a, b) => sign * (a[key] < b[key] ? -1 : 1));
}

function readTitle(state, { title }, verb, ownId) {
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
