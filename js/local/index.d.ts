/** Local Cloudflare: the v4 API, R2's S3 endpoint and the data plane on 127.0.0.1. Needs the package `miniflare`. */

export interface LocalOptions {
  /** Port of API and data plane; 0, the default, is any free one. */
  port?: number;
  /** Port of the S3 endpoint; 0, the default, is any free one. */
  s3Port?: number;
  /** Default: `example.com`. */
  zones?: readonly (string | { name: string; id?: string })[];
  /** Titles of KV namespaces that the account has. */
  kv?: readonly string[];
  account?: { id?: string; name?: string };
  /** Value of the first token, which may do everything; omitted: a new one. */
  token?: string;
  /** Further tokens; the first one, `token`, may do everything. */
  tokens?: readonly TokenFields[];
  /** Folder that keeps everything over a restart. */
  persist?: string;
  /** Added to each request to API and S3. */
  latencyMs?: number;
  /** Faults to make, as the command's `--fault`. */
  faults?: readonly string[];
  /** Which reading of the real API is followed where that is unconfirmed. */
  switches?: Readonly<Record<string, unknown>>;
  /** False: problems and what Workers print go to standard error. */
  quiet?: boolean;
  /** Who prints it; default `console.error`. */
  print?: (text: string) => void;
  /** Start workerd now, rather than at the first upload. */
  warmUp?: boolean;
}

export interface TokenFields {
  name?: string;
  /** Names of Cloudflare's permission groups. */
  permissionGroups?: readonly string[];
  /** Ids of the zones that it may use; left out: all. */
  zoneIds?: readonly string[];
}

export interface Zone {
  id: string;
  name: string;
}

export interface S3Keys {
  accessKeyId: string;
  secretAccessKey: string;
}

export interface VisitorsResponse {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

/** A call of a Worker by one of its cron schedules. */
export interface ScheduledRun {
  script: string;
  cron: string;
  /** Milliseconds since the epoch. */
  scheduledTime: number;
  /** `ok`, or how the handler failed. */
  outcome: string;
  why?: string;
}

export interface LocalCloudflare {
  readonly port: number;
  readonly s3Port: number;
  /** For `baseUrl`, or `CLOUDFLARE_API_BASE_URL`. */
  readonly apiUrl: string;
  /** For `r2.endpoint`, or `R2_ENDPOINT`. */
  readonly s3Url: string;
  readonly dataUrl: string;
  readonly accountId: string;
  readonly zones: readonly Zone[];
  readonly token: string;
  readonly tokenId: string;
  readonly s3: S3Keys;
  setLatency(milliseconds: number): void;
  setFaults(faults: readonly string[]): void;
  addToken(fields: TokenFields): { id: string; value: string; name: string; s3: S3Keys };
  addZone(zone: string | { name: string; id?: string }): Zone;
  createBucket(name: string): void;
  /** Stores an object; the bucket is made if need be. */
  putObject(bucket: string, key: string, content: string | Uint8Array): void;
  /** Calls the `scheduled` handlers that are due in the minute of that time, as if the clock stood there; default: now. */
  runSchedules(at?: number | Date): Promise<ScheduledRun[]>;
  /** A visitor's request, for a host that only Local Cloudflare knows. */
  request(
    host: string,
    path?: string,
    init?: { method?: string; headers?: Record<string, string>; body?: string | Uint8Array },
  ): Promise<VisitorsResponse>;
  close(): Promise<void>;
}

export function startLocalCloudflare(options?: LocalOptions): Promise<LocalCloudflare>;
