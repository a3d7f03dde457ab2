/** Classes of Durable Objects: what somebody changes of them, and what is lost when the manifest lets one go. */
import { bindingNamed, deploys } from "./live.js";

const ROOM = { tag: "v1", new_sqlite_classes: ["Room"] };
const ROOMS = { name: "ROOMS", type: "durable_object_namespace", class_name: "Room" };
/** Whether our class is there, and what the binding leads to. */
const room = (account) => {
  const classes = [...account.local.state.classes.values()].filter(({ script }) => script === "shop");
  return [classes.some((known) => known.class === "Room"), bindingNamed(account, "ROOMS")?.class_name];
};
/** Somebody else made it, by an upload of his own. */
const hallOfOthers = ({ local }) => {
  local.state.classes.set("hall", { id: "hall", script: "shop", class: "Hall", use_sqlite: true });
  return () => local.state.classes.get("hall");
};

/** @type {Record<string, import("./settings.js").Row>} */
export const CLASS_ROWS = {
  "a class of Durable Objects by migrations": {
    key: "migrations",
    spec: { migrations: [ROOM], bindings: [ROOMS] },
    without: { migrations: undefined, bindings: undefined },
    drift: { "its binding taken out": deploys({ bindings: [] }) },
    told: /bindings\.ROOMS/,
    seen: room,
    others: hallOfOthers,
    lost: [/bindings\.ROOMS.* -> \(removed\)/, /kept +script:shop migrations \(v1\): not in manifest/],
  },
  "a class of Durable Objects that a migration deletes": {
    key: "migrations",
    spec: { migrations: [ROOM], bindings: [ROOMS] },
    without: { migrations: [ROOM, { tag: "v2", deleted_classes: ["Room"] }], bindings: undefined },
    drift: { "its binding taken out": deploys({ bindings: [] }) },
    told: /bindings\.ROOMS/,
    seen: room,
    others: hallOfOthers,
    losesData: true,
    lost: [/the class `Room` of `shop` would go with all that its objects store/, /Room.* -> \(removed\)/],
  },
  "a class of Durable Objects by exports": {
    key: "exports",
    spec: { exports: { Room: { type: "durable-object", storage: "sqlite" } }, bindings: [ROOMS] },
    without: {
      exports: { Room: { type: "durable-object", state: "deleted" } },
      bindings: undefined,
      script_bundle: { bucket: "bundles", path: "without-classes.js" },
    },
    drift: { "its binding taken out": deploys({ bindings: [] }) },
    told: /bindings\.ROOMS/,
    seen: room,
    losesData: true,
    lost: [/the class `Room` of `shop` would go with all that its objects store/],
  },
};
