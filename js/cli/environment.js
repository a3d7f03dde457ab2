/** Credentials and endpoints from environment variables. An empty variable counts as unset. */

/**
 * @param {Record<string, string | undefined>} env
 * @returns {object} credentials as the API's calls take them
 */
export function credentialsFrom(env) {
  return defined({
    ...apiCredentials(env),
    accountId: env.CLOUDFLARE_ACCOUNT_ID,
    baseUrl: env.CLOUDFLARE_API_BASE_URL || env.CLOUDFLARE_BASE_URL,
    r2: r2Credentials(env),
    fingerprintKey: env.CFWORKER_FINGERPRINT_KEY,
  });
}

/** A token wins over a key, which can do everything. */
function apiCredentials(env) {
  if (env.CLOUDFLARE_API_TOKEN) return { apiToken: env.CLOUDFLARE_API_TOKEN };
  return { apiKey: env.CLOUDFLARE_API_KEY, email: env.CLOUDFLARE_EMAIL };
}

/** An endpoint alone is fine: the keys are derived from the API token then. */
function r2Credentials(env) {
  const endpoint = env.R2_ENDPOINT || env.AWS_ENDPOINT_URL_S3;
  const r2 = defined({ ...s3Keys(env), endpoint });
  return Object.keys(r2).length > 0 ? r2 : undefined;
}

/** Both halves come from one family: half a pair of R2 keys is no reason to mix in AWS ones. */
function s3Keys(env) {
  if (env.R2_ACCESS_KEY_ID || env.R2_SECRET_ACCESS_KEY) {
    return { accessKeyId: env.R2_ACCESS_KEY_ID, secretAccessKey: env.R2_SECRET_ACCESS_KEY };
  }
  return {
    accessKeyId: env.AWS_ACCESS_KEY_ID,
    secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
    sessionToken: env.AWS_SESSION_TOKEN,
  };
}

function defined(object) {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined && value !== ""));
}
