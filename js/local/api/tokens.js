/** API tokens: verify and manage. https://developers.cloudflare.com/api/resources/user/subresources/tokens/ */
import { tokenStatus } from "../auth.js";
import { ApiError, pageOf, success } from "../envelope.js";
import { BUCKET, PERMISSION_GROUPS, reads, USER, writes } from "../permissions.js";
import { addToken, newId, newTokenValue } from "../state.js";
import { isObject, readObject } from "./body.js";
import { endpoint } from "./router.js";

const ACCOUNT = "com.cloudflare.api.account";
const ZONE = "com.cloudflare.api.account.zone";
const VERIFY = { invalidTokenCode: 1000, anyStatus: true };

export const tokens = [
  endpoint("GET", "/user/tokens/verify", [], (context) => verify(context, "user"), VERIFY),
  endpoint("GET", "/accounts/{accountId}/tokens/verify", [], (context) => verify(context, "account"), VERIFY),
  ...family("/user/tokens", "user", "API Tokens"),
  ...family("/accounts/{accountId}/tokens", "account", "Account API Tokens"),
];

/** The same calls exist for a user's and for an account's tokens. */
function family(path, owner, noun) {
  const owned = (handler) => (context) => handler({ ...context, owner });
  return [
    endpoint("GET", `${path}/permission_groups`, reads(noun), owned(listGroups)),
    endpoint("GET", path, reads(noun), owned(list)),
    endpoint("POST", path, writes(noun), owned(create)),
    endpoint("GET", `${path}/{tokenId}`, reads(noun), owned(read)),
    endpoint("PUT", `${path}/{tokenId}`, writes(noun), owned(update)),
    endpoint("PUT", `${path}/{tokenId}/value`, writes(noun), owned(roll)),
    endpoint("DELETE", `${path}/{tokenId}`, writes(noun), owned(remove)),
  ];
}

/** What tokens of this owner can be given; an account has no rights of a user. */
function listGroups({ query, owner }) {
  const [name, scope] = [query.get("name"), query.get("scope")];
  const given = PERMISSION_GROUPS.filter(({ scopes }) => owner === "user" || !scopes.includes(USER));
  const found = given.filter((group) => (!name || group.name === name) && (!scope || group.scopes.includes(scope)));
  return success(found);
}

/** Each of the two calls knows its own kind of token only. */
function verify({ state, actor }, owner) {
  if (actor.kind !== "token") throw new ApiError(405, 10405, "Method not allowed for this authentication scheme");
  if (actor.owner !== owner) throw new ApiError(401, 1000, "Invalid API Token");
  const status = tokenStatus(state, actor.token);
  const { id, expiresOn, notBefore } = actor.token;
  const message = { code: 10000, message: `This API Token is valid and ${status}`, type: null };
  const dates = { ...(expiresOn && { expires_on: expiresOn }), ...(notBefore && { not_before: notBefore }) };
  return success({ id, status, ...dates }, { messages: status === "active" ? [message] : [] });
}

function list({ state, query, owner }) {
  const own = state.tokens.filter((token) => token.owner === owner);
  const { items, resultInfo } = pageOf(own, query, { perPage: 20, min: 5, max: 50 });
  return success(
    items.map((token) => view(state, token)),
    { resultInfo },
  );
}

function read(context) {
  return success(view(context.state, tokenOf(context)));
}

function create({ state, request, owner }) {
  const token = addToken(state, { ...readToken(state, readObject(request, 1004)), owner, value: newTokenValue(owner) });
  return success({ ...view(state, token), value: token.value });
}

function update(context) {
  const token = tokenOf(context);
  Object.assign(token, readToken(context.state, readObject(context.request, 1004)));
  return success(view(context.state, token));
}

function roll(context) {
  const token = tokenOf(context);
  token.value = newTokenValue(token.owner);
  return success(token.value);
}

function remove(context) {
  const token = tokenOf(context);
  context.state.tokens.splice(context.state.tokens.indexOf(token), 1);
  return success({ id: token.id });
}

function tokenOf({ state, params, owner }) {
  const found = state.tokens.find((token) => token.id === params.tokenId && token.owner === owner);
  if (!found) throw new ApiError(404, 1003, "Token not found");
  return found;
}

function readToken(state, sent) {
  const { name, policies, status = "active", expires_on: expiresOn, not_before: notBefore, condition } = sent;
  if (typeof name !== "string" || name === "" || name.length > 120)
    throw new ApiError(400, 400, "name must be 1 to 120 characters");
  if (!["active", "disabled"].includes(status)) throw new ApiError(400, 400, "status must be active or disabled");
  if (isObject(condition) && Object.keys(condition).length > 0)
    throw new ApiError(400, 400, "Local Cloudflare's tokens have no conditions");
  if (!Array.isArray(policies) || policies.length === 0 || !policies.every(isObject))
    throw badPolicy("policies are required");
  return { name, status, expiresOn, notBefore, policies: policies.map((policy) => readPolicy(state, policy)) };
}

function readPolicy(state, { effect = "allow", permission_groups: groups, resources }) {
  if (!Array.isArray(groups) || !groups.every(isObject) || !isObject(resources))
    throw badPolicy("a policy must have permission_groups and resources");
  const isWhole = (value) => value === "*" || (isObject(value) && Object.values(value).every((inner) => inner === "*"));
  if (!Object.values(resources).every(isWhole)) throw badPolicy("a resource must be `*`, or an object of `*`");
  if (effect !== "allow") throw badPolicy("Local Cloudflare's tokens have policies that allow, and no others");
  const keys = Object.keys(resources);
  const isOfUser = keys.some((key) => key.startsWith(`${USER}.`));
  // Inside an account: all of its zones, all of its buckets.
  const has = (all) => Object.values(resources).some((inner) => isObject(inner) && Object.hasOwn(inner, all));
  return {
    id: newId(),
    permissionGroups: groups.map(groupName),
    accountIds: isOfUser ? [state.account.id] : idsIn(keys, ACCOUNT),
    zoneIds: has(`${ZONE}.*`) ? "*" : idsIn(keys, ZONE),
    buckets: has(`${BUCKET}.*`) ? "*" : bucketsIn(state, keys),
    resources,
  };
}

function groupName({ id }) {
  const found = PERMISSION_GROUPS.find((group) => group.id === id);
  if (!found) throw badPolicy(`Permission group '${id}' does not exist`);
  return found.name;
}

function idsIn(resources, prefix) {
  const ids = resources
    .filter((key) => key.startsWith(`${prefix}.`))
    .map((key) => key.slice(prefix.length + 1))
    .filter((id) => id === "*" || /^[0-9a-f]{32}$/.test(id));
  return ids.includes("*") ? "*" : ids;
}

/** `…bucket.ACCOUNT_JURISDICTION_NAME`; the buckets here are all of the default jurisdiction. */
function bucketsIn(state, resources) {
  const prefix = `${BUCKET}.${state.account.id}_default_`;
  return resources.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
}

function view(state, token) {
  return {
    id: token.id,
    name: token.name,
    status: tokenStatus(state, token),
    issued_on: token.issuedOn,
    modified_on: token.issuedOn,
    last_used_on: null,
    ...(token.expiresOn && { expires_on: token.expiresOn }),
    ...(token.notBefore && { not_before: token.notBefore }),
    policies: token.policies.map((policy) => policyView(policy, token.id)),
  };
}

/** Tokens that were not made through the API have no `resources` of their own. */
function policyView({ id, permissionGroups, accountIds, zoneIds, resources }, tokenId) {
  const given = PERMISSION_GROUPS.filter(
    ({ name }) => permissionGroups.includes("*") || permissionGroups.includes(name),
  );
  return {
    id: id ?? tokenId,
    effect: "allow",
    permission_groups: given.map((group) => ({ id: group.id, name: group.name })),
    resources: resources ?? { ...resourcesOf(ACCOUNT, accountIds), ...resourcesOf(ZONE, zoneIds) },
  };
}

function resourcesOf(prefix, ids) {
  return Object.fromEntries((ids === "*" ? ["*"] : ids).map((id) => [`${prefix}.${id}`, "*"]));
}

function badPolicy(message) {
  return new ApiError(400, 1001, message);
}
