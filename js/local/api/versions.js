/** Versions: uploads that are not live yet, and the list. https://developers.cloudflare.com/workers/configuration/versions-and-deployments/ */
import { ApiError, pageOf, success } from "../envelope.js";
import { reads, writes } from "../permissions.js";
import { addVersion, DEPLOYABLE_VERSIONS } from "../versions.js";
import { scriptOf, versionOf } from "./lookup.js";
import { endpoint } from "./router.js";
import { versionItem, versionView } from "./script-view.js";
import { hasEntry, readUpload, readVersion } from "./upload.js";

const VERSIONS = "/accounts/{accountId}/workers/scripts/{scriptName}/versions";

export const versions = [
  endpoint("GET", VERSIONS, reads("Workers Scripts"), list),
  endpoint("POST", VERSIONS, writes("Workers Scripts"), upload),
  endpoint("GET", `${VERSIONS}/{versionId}`, reads("Workers Scripts"), read),
];

function list(context) {
  const { query, switches } = context;
  const script = scriptOf(context);
  const item = switches.versionAnnotationsInList ? versionItem : withoutAnnotations;
  if (query.get("deployable") === "true") {
    return success({ items: script.versions.slice(0, DEPLOYABLE_VERSIONS).map(item) });
  }
  const { items, resultInfo } = pageOf(script.versions, query, { perPage: 20, max: 100 });
  return success({ items: items.map(item) }, { resultInfo });
}

function upload(context) {
  const { state, params, turn } = context;
  scriptOf(context);
  const sent = readUpload(context);
  refuseWhatOnlyPutTakes(sent.metadata);
  return turn(params.scriptName, async () => {
    const { fields, messages } = await readVersion(context, scriptOf(context), sent, "version_upload");
    const script = scriptOf(context);
    return success(versionView(script, addVersion(state, script, fields)), { messages });
  });
}

function read(context) {
  const script = scriptOf(context);
  return success(versionView(script, versionOf(script, context.params.versionId)));
}

function refuseWhatOnlyPutTakes(metadata) {
  if (metadata.migrations) {
    throw new ApiError(400, 10211, "Version uploads cannot have migrations. Deploy them with a script upload.");
  }
  const isOfAssetsAlone = !hasEntry(metadata) && (metadata.assets || metadata.keep_assets);
  if (metadata.main_module === undefined && !isOfAssetsAlone)
    throw new ApiError(400, 10021, "Version uploads must have main_module.");
}

function withoutAnnotations(version) {
  const { annotations: _annotations, ...item } = versionItem(version);
  return item;
}
