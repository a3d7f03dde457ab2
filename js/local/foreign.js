/**
 * Other people's actions on the account, for tests: what happens in the dashboard or by another tool, behind the
 * deployer's back. They change the state directly and need no credentials.
 */

import { editSecrets } from "./api/secrets.js";
import { addDomain, domainAt, removeDomain } from "./domains/domains.js";
import { newId, timestamp } from "./state.js";
import {
  addDeployment,
  addDerivedVersion,
  addScript,
  addVersion,
  deployWhole,
  liveVersion,
  newestVersion,
} from "./versions.js";

const EMPTY_WORKER = "export default { fetch() { return new Response('from the dashboard'); } };";

/**
 * @param {{ state: object, runtime: { changed: () => void }, switches?: Record<string, unknown> }} local what
 *   `startLocalCloudflare` resolved to, or these parts of it
 */
export function createForeignActors({ state, runtime, switches = {} }) {
  const script = (name) => state.scripts.get(name) ?? missing(`script \`${name}\``);
  const zone = (nameOrId) =>
    state.zones.get(nameOrId) ??
    [...state.zones.values()].find(({ name }) => name === nameOrId) ??
    missing(`zone \`${nameOrId}\``);
  const done = (result) => {
    runtime.changed();
    return result;
  };

  return {
    /** A Worker made in the dashboard, without any mark. */
    createScript: (name, { code = EMPTY_WORKER, tags = [] } = {}) => {
      const made = addScript(state, name);
      made.tags = tags;
      const version = addVersion(state, made, { ...codeOf(code), handlers: ["fetch"], ...byDashboard("upload") });
      deployWhole(state, made, version, { "workers/triggered_by": "upload" });
      return done(made);
    },

    /** "Save" in the dashboard: a newest version that is not live. */
    dashboardSave: (name, changes = {}) => done(save(state, script(name), changes)),

    /** "Deploy" in the dashboard: a version of somebody else, live. */
    dashboardDeploy: (name, changes = {}) => {
      const version = save(state, script(name), changes);
      deployWhole(state, script(name), version, { "workers/triggered_by": "deployment" });
      return done(version);
    },

    /** A rollback by hand; without a version to the one before the live one. */
    rollback: (name, versionId) => {
      const { versions } = script(name);
      const before = versions[versions.indexOf(liveVersion(script(name))) + 1];
      const target = versionId ? versions.find(({ id }) => id === versionId) : before;
      if (!target) missing(`older version of \`${name}\``);
      const annotations = { "workers/triggered_by": "deployment", "workers/message": "Rollback" };
      return done(deployWhole(state, script(name), target, annotations, "dash"));
    },

    /** A gradual deployment of the two newest versions, or of those given. */
    splitDeployment: (name, shares) => {
      const [newer, older] = script(name).versions;
      const versions = shares ?? [
        { versionId: newer.id, percentage: 10 },
        { versionId: older?.id ?? missing(`second version of \`${name}\``), percentage: 90 },
      ];
      return done(
        addDeployment(state, script(name), {
          versions,
          annotations: { "workers/triggered_by": "deployment" },
          source: "dash",
        }),
      );
    },

    /** A secret set in the dashboard: a live version without annotations. `text: null` deletes it. */
    editSecret: (name, secretName, text) => {
      const binding = text === null ? null : { type: "secret_text", name: secretName, text };
      const how = { source: "dash", carriesTag: switches.secretEditTag === "carry" };
      return done(editSecrets(state, script(name), new Map([[secretName, binding]]), how));
    },

    /** Replaces the script's tags, as a tool does that knows only its own. */
    setTags: (name, tags) => {
      script(name).tags = [...tags];
      return done(script(name));
    },

    setSubdomain: (name, enabled, previewsEnabled = enabled) => {
      script(name).subdomain = { enabled, previewsEnabled };
      return done(script(name).subdomain);
    },

    deleteScript: (name) => done(state.scripts.delete(name)),

    /** A record by somebody else; `fields` in the API's shape. */
    addRecord: (zoneNameOrId, fields) => {
      const at = timestamp(state);
      const { id: zoneId, name: zoneName } = zone(zoneNameOrId);
      const record = {
        id: newId(),
        zone_id: zoneId,
        zone_name: zoneName,
        type: "A",
        content: "203.0.113.7",
        proxiable: true,
        proxied: true,
        ttl: 1,
        settings: {},
        meta: {},
        comment: null,
        tags: [],
        created_on: at,
        modified_on: at,
        ...fields,
      };
      state.records.get(zoneId).push(record);
      return done(record);
    },

    /** Changes the record of that name: unproxies it, points it elsewhere. */
    changeRecord: (zoneNameOrId, name, changes) => {
      const record =
        state.records.get(zone(zoneNameOrId).id).find((one) => one.name === name) ?? missing(`record \`${name}\``);
      return done(Object.assign(record, changes, { modified_on: timestamp(state) }));
    },

    deleteRecord: (zoneNameOrId, name) =>
      done(removeFrom(state.records, zone(zoneNameOrId).id, (one) => one.name === name)),

    /** A route by somebody else; to any script, also to one of ours. */
    addRoute: (zoneNameOrId, { pattern, script: target }) => {
      const route = { id: newId(), pattern, ...(target && { script: target }) };
      state.routes.get(zone(zoneNameOrId).id).push(route);
      return done(route);
    },

    /** A custom domain by somebody else, for any script. */
    addDomain: (zoneNameOrId, hostname, service) =>
      done(addDomain(state, { hostname, service, zoneId: zone(zoneNameOrId).id })),

    deleteDomain: (hostname) => done(removeDomain(state, domainAt(state, hostname) ?? missing(`domain ${hostname}`))),

    deleteRoute: (zoneNameOrId, pattern) =>
      done(removeFrom(state.routes, zone(zoneNameOrId).id, (one) => one.pattern === pattern)),
  };
}

/** `settings`: what else a version has, such as `compatibilityFlags`. */
function save(state, script, { code, annotations = {}, ...settings }) {
  const base = newestVersion(script);
  const changes = {
    ...settings,
    ...(code && codeOf(code)),
    ...byDashboard("version_upload", annotations),
  };
  return addDerivedVersion(state, script, base, changes);
}

function codeOf(code) {
  const module = {
    name: "worker.js",
    type: "esm",
    contentType: "application/javascript+module",
    content: Buffer.from(code),
  };
  return { modules: [module], mainModule: "worker.js", bodyPart: undefined, etag: undefined };
}

function byDashboard(triggeredBy, annotations = {}) {
  return { source: "dash", annotations: { ...annotations, "workers/triggered_by": triggeredBy } };
}

function removeFrom(map, key, isGone) {
  const before = map.get(key);
  map.set(
    key,
    before.filter((one) => !isGone(one)),
  );
  return before.length - map.get(key).length;
}

function missing(what) {
  throw new Error(`there is no ${what}`);
}
