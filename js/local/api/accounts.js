/** The account, the user, and the user's memberships. https://developers.cloudflare.com/api/resources/accounts/ */
import { allows, allowsAnywhere } from "../auth.js";
import { ApiError, pageOf, success } from "../envelope.js";
import { reads } from "../permissions.js";
import { endpoint } from "./router.js";

const GROUPS_THAT_SEE_AN_ACCOUNT = ["Account Settings", "Workers Scripts", "Workers KV Storage", "Workers R2 Storage"];

export const accounts = [
  endpoint("GET", "/accounts", [], list),
  endpoint("GET", "/accounts/{accountId}", reads(...GROUPS_THAT_SEE_AN_ACCOUNT), ({ state }) => success(view(state))),
  endpoint("GET", "/memberships", [], memberships),
  endpoint("GET", "/user", [], user),
];

/** A list shows what the token may see, so it can be empty. */
function list({ state, query, actor }) {
  const visible = allows(state, actor, reads("Account Settings"));
  const named = !query.get("name") || state.account.name.includes(query.get("name"));
  const { items, resultInfo } = pageOf(visible && named ? [view(state)] : [], query, { perPage: 20, min: 5, max: 50 });
  return success(items, { resultInfo });
}

function memberships({ state, query, actor }) {
  refuseUnlessUser(actor, reads("Memberships"));
  const membership = {
    id: state.user.id,
    status: "accepted",
    account: view(state),
    api_access_enabled: null,
    roles: ["Super Administrator - All Privileges"],
    permissions: { workers: { read: true, edit: true }, zone: { read: true, edit: true } },
  };
  const { items, resultInfo } = pageOf([membership], query, { perPage: 20, min: 5, max: 50 });
  return success(items, { resultInfo });
}

function user({ state, actor }) {
  refuseUnlessUser(actor, reads("User Details"));
  return success({
    id: state.user.id,
    email: state.user.email,
    username: state.user.email,
    two_factor_authentication_enabled: false,
  });
}

/** Tokens of an account have no user behind them. */
function refuseUnlessUser(actor, needed) {
  if (actor.owner === "user" && allowsAnywhere(actor, needed)) return;
  throw new ApiError(403, 9109, "Unauthorized to access requested resource");
}

function view({ account: { id, name, createdOn } }) {
  return {
    id,
    name,
    type: "standard",
    settings: {
      enforce_twofactor: false,
      api_access_enabled: null,
      access_approval_expiry: null,
      use_account_custom_ns_by_default: false,
      default_nameservers: "cloudflare.standard",
      abuse_contact_email: null,
    },
    created_on: createdOn,
  };
}
