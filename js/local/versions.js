/**
 * Versions and deployments of a script, as every writer makes them: uploads, secret edits, settings edits, the
 * dashboard. A version is never changed after it was made.
 */
import { createHash } from "node:crypto";
import { newId, newUuid, timestamp } from "./state.js";

/** How many of the newest versions can be deployed or rolled back to. */
export const DEPLOYABLE_VERSIONS = 100;

/** The version created last, which need not be the live one. */
export const newestVersion = (script) => script.versions[0];

/** The deployment that serves now; none for a script without content. */
export const liveDeployment = (script) => script.deployments[0];

/** The version with the largest share of the live deployment. */
export function liveVersion(script) {
  const [first] = [...(liveDeployment(script)?.versions ?? [])].sort((a, b) => b.percentage - a.percentage);
  return first && script.versions.find((version) => version.id === first.versionId);
}

/** True when the newest version is the one that serves everything; secret edits demand it. */
export function newestIsLive(script) {
  const live = liveDeployment(script)?.versions ?? [];
  return live.length === 1 && live[0].versionId === newestVersion(script)?.id;
}

/** A script without versions; workers.dev starts switched off. */
export function addScript(state, name, lateVisibility = 0) {
  const createdOn = timestamp(state);
  const script = {
    name,
    tag: newId(),
    createdOn,
    modifiedOn: createdOn,
    tags: [],
    logpush: false,
    observability: null,
    tailConsumers: [],
    subdomain: { enabled: false, previewsEnabled: false },
    schedules: [],
    lastDeployedFrom: "api",
    versions: [],
    deployments: [],
  };
  if (lateVisibility > 0) {
    script.lateAnswers = { subdomain: lateVisibility, route: lateVisibility, settings: lateVisibility };
  }
  state.scripts.set(name, script);
  return script;
}

/**
 * Adds a version on top; makes nothing live.
 * @param {object} fields what the writer knows; id, number and time are made here
 * @returns {import("./state.js").Version}
 */
export function addVersion(state, script, fields) {
  const version = {
    bindings: [],
    compatibilityDate: "2021-11-02",
    compatibilityFlags: [],
    annotations: {},
    source: "api",
    authorId: state.user.id,
    authorEmail: state.user.email,
    usageModel: "standard",
    startupTimeMs: fields.modules?.length === 0 ? undefined : 1,
    handlers: [],
    ...fields,
    id: newUuid(),
    number: (newestVersion(script)?.number ?? 0) + 1,
    createdOn: timestamp(state),
    etag: fields.etag ?? etagOf(fields),
  };
  script.versions.unshift(version);
  script.modifiedOn = version.createdOn;
  return version;
}

/** A version like `base` but for `changes`: annotations are not inherited. */
export function addDerivedVersion(state, script, base, changes) {
  const { id: _id, number: _number, createdOn: _createdOn, annotations: _annotations, ...kept } = base;
  return addVersion(state, script, { ...kept, ...changes });
}

/**
 * Puts versions live at once; ends a running split.
 * @param {{ versions: { versionId: string, percentage: number }[], annotations?: object, source?: string }} fields
 * @returns {import("./state.js").Deployment}
 */
export function addDeployment(state, script, { versions, annotations = {}, source = "api" }) {
  const deployment = {
    id: newUuid(),
    createdOn: timestamp(state),
    source,
    strategy: "percentage",
    authorEmail: state.user.email,
    annotations,
    versions,
  };
  script.deployments.unshift(deployment);
  script.lastDeployedFrom = source;
  script.modifiedOn = deployment.createdOn;
  return deployment;
}

/** Everything on one version, as an upload or a secret edit does it. */
export function deployWhole(state, script, version, annotations, source = version.source) {
  return addDeployment(state, script, { versions: [{ versionId: version.id, percentage: 100 }], annotations, source });
}

/** 64 hex digits over names, kinds and bytes of the modules, and the assets. */
function etagOf({ modules = [], mainModule, bodyPart, assets }) {
  const hash = createHash("sha256").update(`${mainModule ?? ""}\0${bodyPart ?? ""}\0`);
  for (const { name, type, content } of modules) hash.update(`${name}\0${type}\0${content.length}\0`).update(content);
  if (assets) hash.update(JSON.stringify(assets));
  return hash.digest("hex");
}
