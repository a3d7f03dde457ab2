/** Classes of Durable Objects, which Cloudflare calls namespaces. https://developers.cloudflare.com/api/resources/durable_objects/ */
import { ApiError, pageOf, success } from "../envelope.js";
import { reads } from "../permissions.js";
import { endpoint } from "./router.js";

const NAMESPACES = "/accounts/{accountId}/workers/durable_objects/namespaces";

export const durableObjects = [
  endpoint("GET", NAMESPACES, reads("Workers Scripts"), list),
  endpoint("GET", `${NAMESPACES}/{classId}/objects`, reads("Workers Scripts"), objects),
];

function list({ state, query }) {
  const { items, resultInfo } = pageOf([...state.classes.values()], query, { perPage: 20, max: 1000 });
  return success(items.map(view), { resultInfo });
}

/** A class that has objects on the disk: workerd names each file after its object. */
async function objects({ state, params, runtime }) {
  if (!state.classes.has(params.classId)) throw new ApiError(404, 10066, "Durable Object namespace not found.");
  const ids = await runtime.objectsOf(params.classId);
  return success(
    ids.map((id) => ({ id, hasStoredData: true })),
    { resultInfo: { count: ids.length, cursor: "" } },
  );
}

function view({ id, script, class: className, use_sqlite: useSqlite }) {
  return { id, name: `${script}_${className}`, script, class: className, use_sqlite: useSqlite };
}
