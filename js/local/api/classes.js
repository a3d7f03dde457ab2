/**
 * What an upload does to the Durable Object classes of its script: steps of `migrations`, or the map `exports`. Nothing
 * changes before workerd has started the code.
 * https://developers.cloudflare.com/durable-objects/reference/durable-objects-migrations/
 */
import { ApiError } from "../envelope.js";
import { reconcile } from "./class-exports.js";
import { classesOf, removeClasses } from "./class-list.js";
import { migrate, moves } from "./class-migrations.js";

const LACKING = { code: 10061, why: "Did you forget to apply a migration?" };
const NOT_MIGRATED = { code: 10123, why: "Its migration comes with an upload of the script, not of a version." };
const NOT_DEPLOYED = { code: 100406, why: "The version that exports it is not deployed yet." };

/**
 * @typedef {object} ClassChange
 * @property {import("../state.js").ObjectClass[]} classes of the script, as they will be
 * @property {string | undefined} tag how far they are migrated then
 * @property {{ code: number, why: string }} lacking what a binding to a class is told that is not among them
 * @property {(names: string[]) => void} checkCode refuses code that lacks what is to be there
 * @property {(script: import("../state.js").Script) => object | undefined} apply carries it out; says what `exports` came to
 */

/**
 * @param {import("./router.js").Context} context
 * @param {import("../state.js").Script | undefined} script what is there before
 * @returns {ClassChange}
 * @throws {ApiError} 10021, 10061, 10074, 10079, 100402
 */
export function readClasses(context, script, { migrations, exports }, triggeredBy) {
  const { state, params } = context;
  if (moves(migrations) && exports)
    throw new ApiError(400, 10021, "An upload cannot have both migrations and exports.");
  const about = { state, scriptName: params.scriptName, tag: script?.migrationTag };
  if (triggeredBy === "version_upload") return uploaded(about, exports);
  if (moves(migrations)) return changed(context, about, migrate(about, migrations));
  if (exports) return changed(context, about, reconcile(about, exports));
  return unchanged(about);
}

/**
 * What `exports` of a version come to when it is deployed.
 * @param {import("../state.js").Version} version
 */
export function deployClasses(context, script, version) {
  if (!version.exports) return;
  const about = { state: context.state, scriptName: script.name, tag: script.migrationTag };
  const change = changed(context, about, reconcile(about, version.exports));
  change.checkCode(version.classNames ?? []);
  change.apply(script);
}

/** Code may not drop a class that has objects: a step has to say what becomes of them. */
function unchanged({ state, scriptName, tag }) {
  const classes = classesOf(state, scriptName);
  return { classes, tag, lacking: LACKING, apply: () => undefined, checkCode: (names) => refuseLost(classes, names) };
}

/** A version that gets no requests yet: what it says of classes comes with its deployment. */
function uploaded(about, exports) {
  if (!exports) return { ...unchanged(about), lacking: NOT_MIGRATED };
  return { ...unchanged(about), lacking: NOT_DEPLOYED, checkCode: () => {} };
}

function changed(context, { state, scriptName }, { classes, tag, checkCode = () => {}, reconciliation }) {
  const before = classesOf(state, scriptName);
  return {
    classes,
    tag,
    lacking: LACKING,
    checkCode: (names) => {
      checkCode(names);
      refuseLost(classes, names);
    },
    apply: (script) => {
      const stays = new Set(classes.map(({ id }) => id));
      removeClasses(
        context,
        before.filter(({ id }) => !stays.has(id) && state.classes.get(id)?.script === scriptName),
      );
      for (const known of classes) state.classes.set(known.id, known);
      script.migrationTag = tag;
      return reconciliation;
    },
  };
}

function refuseLost(classes, names) {
  const lost = classes.find((known) => !names.includes(known.class));
  if (!lost) return;
  const message = `New version of script does not export class '${lost.class}' which is depended on by existing Durable Objects.`;
  throw new ApiError(400, 10064, `${message} Use a delete-class or a rename-class migration.`);
}
