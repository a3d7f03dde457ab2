/**
 * Hosts at which anybody reads a bucket: its own on r2.dev, and custom domains, each with a record that Cloudflare keeps.
 * https://developers.cloudflare.com/r2/buckets/public-buckets/
 */
import { addKeptRecord, removeRecords } from "../kept-records.js";

/** Where the record of a custom domain leads. */
const TARGET = "public.r2.dev";

export const managedHost = ({ id }) => `pub-${id}.r2.dev`;

/** @returns {{ bucket: object, domain: object } | undefined} whose custom domain the host is */
export function customDomain({ objects }, host) {
  for (const bucket of objects?.buckets.values() ?? []) {
    const domain = bucket.domains.find((one) => one.domain === host);
    if (domain) return { bucket, domain };
  }
}

/** @returns {{ bucket: object, enabled: boolean } | undefined} the bucket that is public, or might be, at the host */
export function bucketAt(state, host) {
  const custom = customDomain(state, host);
  if (custom) return { bucket: custom.bucket, enabled: custom.domain.enabled };
  const managed = [...(state.objects?.buckets.values() ?? [])].find((bucket) => managedHost(bucket) === host);
  return managed && { bucket: managed, enabled: managed.managed };
}

/** Adds the domain and its record, which the API shows and refuses to change. */
export function attachDomain(state, bucket, domain) {
  addKeptRecord(state, domain.zoneId, { name: domain.domain, type: "CNAME", content: TARGET });
  bucket.domains.push(domain);
}

export function detachDomain(state, bucket, domain) {
  bucket.domains = bucket.domains.filter((one) => one !== domain);
  const isIts = ({ name, content, meta }) => name === domain.domain && content === TARGET && meta.read_only;
  removeRecords(state, domain.zoneId, isIts);
}

/** An empty bucket goes with its domains. */
export function removeBucket(state, key) {
  const bucket = state.objects.buckets.get(key);
  for (const domain of bucket.domains) detachDomain(state, bucket, domain);
  state.objects.buckets.delete(key);
}
