/** What a bucket's rules say to a browser. https://developers.cloudflare.com/r2/buckets/cors/ */

/**
 * @param {object[] | undefined} rules of the bucket
 * @param {Record<string, string>} headers of the request
 * @returns {Record<string, string>} headers of its answer
 */
export function corsOf(rules, { origin }, method) {
  const rule = ruleFor(rules, origin, method);
  if (!rule) return {};
  const exposed = rule.exposeHeaders ?? [];
  return {
    ...allowOrigin(rule, origin),
    ...(exposed.length > 0 && { "access-control-expose-headers": exposed.join(", ") }),
  };
}

/** The answer to a question that a browser asks before its request. */
export function preflightOf(rules, headers) {
  const { origin, "access-control-request-method": method, "access-control-request-headers": asked = "" } = headers;
  const rule = ruleFor(rules, origin, method);
  const names = asked
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter(Boolean);
  if (!rule || !names.every((name) => allowsHeader(rule, name))) return { status: 403, headers: {} };
  return {
    status: 204,
    headers: {
      ...allowOrigin(rule, origin),
      "access-control-allow-methods": rule.allowed.methods.join(", "),
      ...(names.length > 0 && { "access-control-allow-headers": names.join(", ") }),
      ...(rule.maxAgeSeconds !== undefined && { "access-control-max-age": String(rule.maxAgeSeconds) }),
    },
  };
}

function ruleFor(rules = [], origin, method) {
  if (origin === undefined) return undefined;
  return rules.find(({ allowed: { origins, methods } }) => {
    return methods.includes(method) && origins.some((pattern) => fits(pattern, origin));
  });
}

function allowOrigin({ allowed: { origins } }, origin) {
  const any = origins.includes("*");
  return { "access-control-allow-origin": any ? "*" : origin, ...(!any && { vary: "Origin" }) };
}

function allowsHeader({ allowed: { headers = [] } }, name) {
  return headers.some((pattern) => fits(pattern.toLowerCase(), name));
}

/** A star stands for any text. */
function fits(pattern, text) {
  const [start, ...rest] = pattern.split("*");
  if (rest.length === 0) return pattern === text;
  const end = rest.join("*");
  return text.length >= start.length + end.length && text.startsWith(start) && text.endsWith(end);
}
