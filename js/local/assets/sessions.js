/**
 * Uploads of static assets under way. Who has announced his files gets a token to send those that are missing, and for the
 * last of them one that an upload of the script names. Both are JSON Web Tokens, whose holder needs no other, and last an
 * hour. https://developers.cloudflare.com/workers/static-assets/direct-upload/
 */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { newUuid } from "../state.js";

const LASTS_SECONDS = 3600;
/** Sessions that are remembered. */
const MOST_SESSIONS = 1000;

/**
 * @typedef {{ path: string, hash: string, size: number }} AnnouncedFile
 * @typedef {{ id: string, scriptName: string, files: AnnouncedFile[] }} Session
 */

export class AssetSessions {
  /** Oldest first. @type {Map<string, Session>} */
  #sessions = new Map();
  #key = randomBytes(32);
  #now;

  /** @param {() => number} now milliseconds since the epoch */
  constructor(now) {
    this.#now = now;
  }

  /** @param {string} scriptName @param {AnnouncedFile[]} files @returns {Session} */
  open(scriptName, files) {
    const session = { id: newUuid(), scriptName, files };
    this.#sessions.set(session.id, session);
    if (this.#sessions.size > MOST_SESSIONS) this.#sessions.delete(this.#sessions.keys().next().value);
    return session;
  }

  /** @param {Session} session @param {"upload" | "completion"} purpose @returns {string} */
  token({ id }, purpose) {
    const issuedAt = Math.floor(this.#now() / 1000);
    const claims = { session: id, purpose, iat: issuedAt, exp: issuedAt + LASTS_SECONDS };
    const unsigned = [{ alg: "HS256", typ: "JWT" }, claims].map(encoded).join(".");
    return `${unsigned}.${this.#signature(unsigned).toString("base64url")}`;
  }

  /**
   * @param {string} token
   * @param {"upload" | "completion"} purpose
   * @returns {Session | undefined} undefined: it is none of ours, for something else, or its time is over
   */
  find(token, purpose) {
    const claims = this.#claims(token);
    const isValid = claims?.purpose === purpose && claims.exp * 1000 > this.#now();
    return isValid ? this.#sessions.get(claims.session) : undefined;
  }

  #claims(token) {
    const [, unsigned, claims, signature] = /^([\w-]+\.([\w-]+))\.([\w-]+)$/.exec(token) ?? [];
    if (unsigned === undefined) return undefined;
    const [given, right] = [Buffer.from(signature, "base64url"), this.#signature(unsigned)];
    if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
    return JSON.parse(Buffer.from(claims, "base64url").toString());
  }

  #signature(unsigned) {
    return createHmac("sha256", this.#key).update(unsigned).digest();
  }
}

const encoded = (part) => Buffer.from(JSON.stringify(part)).toString("base64url");
