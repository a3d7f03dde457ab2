//! Every stable code, with the text that `explain CODE` prints.
//!
//! The engine carries none of these texts: `npm run docs` writes them to `codes.json`, which the package carries beside
//! it, and to docs/errors.md.
//!
//! A code never changes its meaning once released. `01..` manifest, `02..` references and inputs,
//! `03..` bundle and R2, `04..` credentials and permissions, `05..` ownership and conflicts,
//! `06..` requests to Cloudflare, `09..` the engine itself.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

macro_rules! codes {
    ($($name:ident = $text:literal: $title:literal, $explain:literal;)*) => {
        /// Stable code of a finding or an error.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code {
            $(#[doc = $title] $name,)*
        }

        impl Code {
            /// All codes, in order.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The code as users see it.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The two digits that name its family.
            pub fn family(self) -> &'static str {
                self.as_str().get(3..5).unwrap_or_default()
            }

            /// Its title. The package carries it beside the engine.
            #[cfg(test)]
            fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }

            /// What it means and what to do.
            #[cfg(test)]
            fn explanation(self) -> &'static str {
                match self { $(Self::$name => $explain,)* }
            }
        }
    };
}

codes! {
    Usage = "CFD0001": "the command was not understood",
        "A word, flag or option of the call is not known, is missing or does not fit another one, or a question was answered with no. Nothing was sent. `cfworker-deploy --help` and `cfworker-deploy COMMAND --help` show what there is, with examples.";
    OutputLost = "CFD0003": "what was asked for could not be printed",
        "Standard output could not be written: the disk is full, or what it leads to is gone. A deployment goes on to its end all the same, and its exit code speaks of the deployment alone. Where only the text was asked for, the exit code is 1.";
    SystemRefused = "CFD0004": "this machine refused it",
        "The operating system said no: a folder that is read-only, a disk that is full, an address that is in use. The message names the file and the reason. Mend that and run the same command again.";
    Syntax = "CFD0101": "the file is not YAML",
        "The text could not be read as YAML 1.2. The place names where reading stopped; the cause is often a line or two above it: a missing colon, a tab, an unclosed quote or bracket.";
    ReferenceUnresolved = "CFD0209": "a reference can't be resolved",
        "The field refers to an output of another resource. References resolve from outputs that were given (`--outputs FILE`), then from the documents of the run, then from the live account by name: exactly one resource must have that name. A `$…` text is never sent to Cloudflare.";
    UnknownKey = "CFD0102": "unknown key",
        "A manifest holds only the keys that its kind knows; a misspelt key would otherwise be ignored without a word. Both spellings of a key work, `account_id` and `accountId`. `cfworker-deploy schema` prints all keys.";
    WrongType = "CFD0103": "a value of another type is due",
        "The key wants another type of value: text, a number, `true` or `false`, a list or a mapping. The words `yes`, `no`, `on` and `off` are text in YAML 1.2; only `true` and `false` are switches.";
    MissingKey = "CFD0104": "a key is missing",
        "The manifest can't be understood without this key, or the key has no value. An empty text counts as no value.";
    DuplicateKey = "CFD0105": "a key is given twice",
        "The same key stands twice in one mapping, or once in each spelling (`account_id` and `accountId`). YAML readers disagree which one wins, so none is taken.";
    InvalidValue = "CFD0106": "the value is none of those allowed",
        "The key takes one of a few words or a number within a range; the help lists them. Case matters.";
    HostOutsideZone = "CFD0107": "hostname is not inside the zone",
        "A Worker can only be routed on hosts of the zone that the manifest names. Either the hostname or the zone is wrong. `zone` and `zone_id` can both be left out: the zone is then found from the hostname.";
    Unquoted = "CFD0108": "a text must be quoted",
        "YAML reads bare digits and the words `true`, `false` and `null` as numbers, switches and nothing. Where text is due, quote it: `\"1000\"`. Cloudflare's variables are always text.";
    Limit = "CFD0109": "the file is larger or deeper than a manifest may be",
        "Limits of a manifest file: 1 MiB, nesting of 32 levels, 100 aliases, 1,000 documents, and 10,000 values in each document, counting what aliases repeat. They keep a hostile file from stopping the reader.";
    Unsupported = "CFD0110": "a feature of YAML that manifests don't use",
        "Merge keys (`<<`), custom tags (`!name`) and lists or mappings as keys are refused: readers disagree about them, and a manifest that means two things is a danger. Anchors and aliases for whole values work.";
    HiddenCharacter = "CFD0111": "a character that can't be seen",
        "Direction marks and zero-width characters make a file look other than it is. They are allowed inside the values of `env.variables` only; elsewhere, comments included, they must go.";
    Encoding = "CFD0112": "the file is not UTF-8 text",
        "A manifest is UTF-8 text, with or without a byte order mark, with Unix or Windows line ends. UTF-16, NUL, control characters and bare carriage returns are refused.";
    UnknownKind = "CFD0113": "the kind is not known",
        "Every document says what it describes by `kind`, spelt exactly. This release knows `CloudflareWorker`.";
    Empty = "CFD0114": "nothing to read",
        "The input holds no document: it is empty or only comments. A manifest starts with `apiVersion`, `kind`, `metadata` and `spec`.";
    Conflicting = "CFD0115": "two keys contradict each other",
        "Two keys say the same thing in two ways and differ, such as `script.name` and `worker_name`. Keep one of them.";
    AccountId = "CFD0116": "not an account id",
        "An account id is 32 hexadecimal digits; the dashboard shows it on the right of the account's overview and in its address. It may be left out where the run names it: `CLOUDFLARE_ACCOUNT_ID`.";
    ScriptName = "CFD0117": "not a usable script name",
        "A script name starts with a lower-case letter, a digit or `_`, goes on with these and `-`, and has at most 63 characters. Cloudflare refuses other names.";
    AssetsAlone = "CFD0170": "a Worker without code can't use this",
        "The manifest names no bundle, so the Worker is its static assets alone: no code runs, and nothing can read variables, secrets or bindings, get messages, or run before the files. Remove the key, or name the code by `script_bundle: {bucket, path}`.";
    BundleLocation = "CFD0118": "not a usable place for a bundle",
        "A bucket name has 3 to 63 lower-case letters, digits and inner hyphens. An object key is taken verbatim: it may not start with `/`, hold a backslash, NUL or a segment `.` or `..`, end with `/`, or be longer than 1,024 bytes. A pin is the SHA-256 of the object, 64 hexadecimal digits.";
    Script = "CFD0119": "a setting of the script is not usable",
        "`main_module` is a relative file name, `compatibility_flags` are single words, each once. Cloudflare refuses an upload with others.";
    CompatibilityDate = "CFD0120": "not a usable compatibility date",
        "A compatibility date is a day of the calendar, `YYYY-MM-DD`, not in the future (UTC). Leave it out to keep the live one; a new Worker then gets the date pinned in this release.";
    BindingName = "CFD0121": "not a usable binding name",
        "The name of a variable, secret or store is read in JavaScript as `env.NAME`, so it should be an identifier: letters, digits, `_` and `$`, not starting with a digit.";
    DuplicateBinding = "CFD0122": "a binding name is given twice",
        "Variables, secrets and stores share one set of names in JavaScript, `env.NAME`. Cloudflare refuses an upload that names one twice.";
    VariableSize = "CFD0123": "variables are too long or too many",
        "The value of a variable or a secret has at most 5,120 bytes, and a Worker at most 128 of them (64 on the free plan).";
    Hostname = "CFD0124": "not a usable hostname",
        "A hostname has labels of 1 to 63 letters, digits, underscores and inner hyphens, at most 253 characters in all, and lies below a zone: no scheme, port, path or address. International names work. `*.` in front makes it a wildcard. One Worker takes at most 50.";
    ZoneId = "CFD0125": "not a zone id",
        "A zone id is 32 hexadecimal digits; the dashboard shows it on the right of the zone's overview. It can be left out: the zone is then found from the hostname.";
    RoutePattern = "CFD0126": "not a usable route pattern",
        "A route pattern is `[http://|https://]host[/path]`. One `*` may start the host and one may end the path, none elsewhere. No port, query or fragment. A pattern without a path matches only the root page: write `/*` for all pages.";
    PatternOutsideHost = "CFD0127": "the route pattern lies on another host",
        "The pattern's host shares its last two labels with no host of the manifest, so they can't lie in one zone, and the Worker would not be reached through its hostname.";
    Record = "CFD0128": "not a usable DNS record",
        "`dns.record` is the word `existing`, or a type and a content: `A` with an IPv4 address, `AAAA` with an IPv6 address, `CNAME` with a host. Left out, it is `A 100.0.0.1`, which proxied requests never reach.";
    DuplicateManifest = "CFD0129": "two documents describe one Worker",
        "Two documents of this run have the same account, organisation, environment and name, or the same script name in the same account, or claim the same route. Which one should win can't be known.";
    Identity = "CFD0130": "the manifest's identity",
        "A Worker is known by account, `metadata.org`, `metadata.env` and `metadata.name`, so that it is found again when its script is renamed. An empty name is filled with the script name: it then follows a rename no longer. `/` and line breaks are not allowed in these three.";
    OldSpelling = "CFD0131": "an old spelling",
        "The spelling comes from an earlier schema. It works and means the same.";
    NoEffect = "CFD0132": "a setting without effect",
        "The setting is read and kept for compatibility, but changes nothing. `usage_model`: Cloudflare bills all Workers by one model today. `dns` without `enabled: true`: no record, no route. `region` of a database that is there: a database is never moved.";
    Wait = "CFD0133": "not a usable proof for --wait",
        "`wait.path` is a path that starts with `/`; `wait.header` is the name of the response header in which the Worker answers its version id.";
    TooMany = "CFD0134": "more findings than are shown",
        "A document shows at most 100 findings. Mend these first; the rest comes with the next run.";
    Uncovered = "CFD0135": "no route takes every request to the host",
        "The DNS record of a Worker is a placeholder that leads nowhere: only requests that a route pattern takes are answered. Add the pattern `HOST/*`, or a `record` that leads to a server for the rest.";
    BindingType = "CFD0137": "not a type of binding that stands under `bindings`",
        "Each entry of `spec.bindings` has a `name`, a `type` in Cloudflare's words, and what that type needs. A type that this release does not know is sent as it is written, with a warning: it may be newer than this release, or misspelt. Variables and secrets stand under `env`, and what belongs to the code comes with the bundle.";
    StoreName = "CFD0140": "not a usable name of a store",
        "Each kind of store has its own rule: a KV namespace's title has at most 64 characters, a queue's name is lower-case letters, digits and inner hyphens, at most 63, a bucket's the same with 3 at least, a database's may also have `_`, at most 64. The name is what a store is found by: another name is another store.";
    Migration = "CFD0141": "not a usable migration",
        "Migrations are files of SQL whose names end with `.sql`, of letters, digits, `-`, `_` and `.`. Each one is applied as one transaction, together with the row that remembers it: it can't begin or end one itself. They are the objects right under the prefix in R2 that `migrations` names, at least one and 32 MiB together at most; or the files of a directory, which the command line reads: who calls the library gives their texts as the option `migrations`.";
    Consumer = "CFD0142": "not a usable queue to consume",
        "An entry of `queue_consumers` names one queue, each queue once: by its name, by its id, by `$cloudflare-queue/NAME/status.outputs.queue_name`, or by `queue: {value_from: {name: NAME}}`, where NAME is a document of kind `CloudflareQueue` or a queue of the account. `dead_letter_queue` names another queue in the same ways.";
    Schedule = "CFD0155": "not a usable schedule",
        "An entry of `schedules` is a cron expression of five fields: minute, hour, day of the month, month, weekday. It is read in UTC, as everything at Cloudflare: an entry that names a time zone is refused, with the expression in UTC where one says the same all year. Weekdays count from 1 for Sunday to 7 for Saturday, other than elsewhere; names such as `MON-FRI` mean the same everywhere. Each schedule stands there once. An account takes 5 of them on the free plan and 250 on a paid one.";
    Assets = "CFD0143": "not usable static assets",
        "Something about `spec.assets` can't be deployed: a file of more than 25 MiB or too many files, a `_headers` or `_redirects` that is no text, files that whoever calls the library did not give, or something under `run_worker_first` that is no path. The message says what.";
    Setting = "CFD0138": "not a usable setting",
        "Something about `spec.observability`, `spec.placement`, `spec.tail_consumers`, `spec.streaming_tail_consumers` or `spec.tags` can't be set: a destination without a name or named twice, a placement that says no place or several, an entry that names no Worker or one twice, a tag that Cloudflare refuses or that would be taken for a mark of ours. The message says what.";
    Environment = "CFD0160": "the configuration has no such environment",
        "A file of wrangler's was read for an environment, by `--env NAME` or the option `environment`, that it does not define under `env`. The help names those that it has.";
    NotInherited = "CFD0161": "an environment does not inherit this key",
        "wrangler lets environments inherit some keys of the top level, such as `main` and `compatibility_date`, and others not: variables and all bindings. What stands at the top level alone is then missing from the environment's Worker, as it is when wrangler deploys it. Repeat it under `env.NAME`.";
    NoEquivalent = "CFD0162": "wrangler's key has no equivalent here",
        "wrangler's configuration says something that this tool can't do or does not do. A warning: it is left out, and the Worker works without it. An error: the Worker would be another one without it, so the run ends. The help says why.";
    Overlay = "CFD0163": "an overlay that can't be laid over anything",
        "An overlay is a part of a manifest that is laid over a configuration of wrangler's: one document of YAML with `metadata`, `spec`, and `env` with both for each environment. It needs a `wrangler.jsonc`, `wrangler.json` or `wrangler.toml` that it is laid over.";
    ObjectClass = "CFD0144": "not a usable class of Durable Objects",
        "Migrations have tags of their own, name classes as the code exports them, and do not make a class twice. An entry of `exports` says what its state needs. A binding without `script_name` leads to a class of the Worker itself: one that migrations delete or rename, or that `exports` does not have, is not there.";
    Reference = "CFD0201": "not a usable reference",
        "References to other resources are `$cloudflare-KIND/NAME/status.outputs.FIELD` or `value_from: {kind, name, field_path}`; docs/manifest.md lists the fields that take them. `$variables-group/GROUP/KEY` stands in `env.variables`, `$secrets-group/GROUP/KEY` and `${NAME}` in `env.secrets`. Other text that starts with `$` is taken as it is.";
    MissingVariable = "CFD0202": "a variable has no value",
        "`$variables-group/GROUP/KEY` takes its value from `--values FILE`: the key `GROUP/KEY` (or `KEY` under `GROUP`) in JSON, or `GROUP__KEY` in a dotenv file.";
    MissingSecret = "CFD0203": "a secret has no value",
        "The value of a secret comes from `--secrets-file`, standard input or the environment: `NAME` for `${NAME}`; for `$secrets-group/GROUP/KEY`, `GROUP/KEY` in JSON or `GROUP__KEY` in a dotenv file or the environment (upper case, other characters `_`).";
    RefusedSecret = "CFD0204": "a name that no manifest may read",
        "Names that start with `CLOUDFLARE_`, `CF_`, `R2_`, `AWS_`, `CFWORKER_`, `GITHUB_`, `ACTIONS_`, `CI_`, `GITLAB_`, `NPM_`, `NODE_AUTH_`, `SSH_` or `GPG_`, and `PATH`, `HOME`, `SHELL`, `USER`, belong to the pipeline that deploys and to its credentials; so does every value that is a credential of the run. A manifest that could read them could ship them into its Worker. Give the value another name, or say that this one is meant: `--allow-env NAME`, `allowEnv` of the library.";
    FingerprintKeyOfToken = "CFD0210": "secrets are compared by a key that changes with the API token",
        "Values of secrets can't be read back, so each version carries a keyed digest of them, and the next run compares digests. Without `CFWORKER_FINGERPRINT_KEY` the key is made from the API token: after the token was rotated, and in pipelines that get a new one for each run, nothing can be compared and the secrets are written once more. Set the key to at least 22 random characters that stay (`openssl rand -hex 32`), for every run that deploys the same Workers.";
    FingerprintKeyShort = "CFD0211": "the fingerprint key is too short",
        "`CFWORKER_FINGERPRINT_KEY` keys the digest by which a run sees whether secrets changed. The digest can be read in the account, so the key must be too long to try: at least 22 random characters. `openssl rand -hex 32` makes a good one; keep it beside the other secrets of the pipeline, and keep it the same.";
    LiteralSecret = "CFD0205": "a secret stands in the manifest",
        "The value works, but everyone who reads the file can read it. Write `${NAME}` or `$secrets-group/GROUP/KEY` and give the value by `--secrets-file`, standard input or the environment. `$${` writes a literal `${`.";
    KvBinding = "CFD0206": "a KV binding names no namespace",
        "Forms of an entry: `{name, namespace_id}`, `{name, field_path: ID or $cloudflare-kv-namespace/…}`, `{name, value_from: {name}}` with `name` as the JavaScript name; or `{kind, name, field_path: status.…}` with `name` as the resource and `binding` as the JavaScript name.";
    Set = "CFD0207": "--set can't be applied",
        "`--set PATH=VALUE` changes one value of a run with one document: `--set spec.script.bundle.path=app/v2.js`. Lists are counted from 0 in brackets; lists and mappings are given as YAML. Secret values are not taken from flags.";
    AccountUnknown = "CFD0208": "no account is named",
        "The manifest has no `spec.account_id` and the run names none. Add it, or set `CLOUDFLARE_ACCOUNT_ID`.";
    ForeignScript = "CFD0501": "the Worker is somebody else's",
        "A Worker of this name exists in the account and carries no mark of cfworker-deploy, so somebody made it by hand or with another tool. Nothing was changed. `--adopt script:NAME` makes it yours: its code is replaced by the bundle, and bindings, secrets, assets and settings that the manifest does not name are kept.";
    OtherIdentityScript = "CFD0502": "the Worker belongs to another manifest",
        "The Worker carries the mark of another manifest (another account, metadata.org, metadata.env or metadata.name). Two manifests with one script name would overwrite each other. Rename one of them, or move the Worker to this manifest with `--take script:NAME`.";
    ChangedOutside = "CFD0503": "the live Worker was changed outside",
        "The Worker is ours, but the version that gets requests now was made by somebody else (dashboard, wrangler, API), is a rollback, or shares requests with another version. Applying would undo that work, so nothing was changed. `--take script:NAME`, or the annotation `drift: overwrite` in the manifest, goes on.";
    ForeignRecord = "CFD0504": "the DNS record is somebody else's",
        "A record for this hostname exists and carries no mark of cfworker-deploy. `--adopt record:HOST` makes it ours and changes it to what the manifest says. To put a Worker in front of a site that is already there, set `dns.record: existing`: then only the route is ours.";
    OtherIdentityRecord = "CFD0505": "the DNS record belongs to another manifest",
        "The record of this hostname carries the mark of another manifest. Give one of them another hostname, or move the record with `--take record:HOST`.";
    ForeignRoute = "CFD0506": "the route was made by somebody else",
        "A route with this pattern already leads to our Worker, but it is not in our inventory: somebody made it by hand. `--adopt route:PATTERN` makes it ours, so that it is removed together with the Worker later.";
    TakenRoute = "CFD0507": "the route leads to another Worker",
        "A route with this pattern exists in the zone and leads to another Worker, or switches Workers off for the pattern. A zone holds a pattern once. `--take route:PATTERN` turns it over to this Worker; the other Worker stays, without that route.";
    CustomDomain = "CFD0508": "the hostname is managed by another Cloudflare product",
        "The record of this hostname is read-only: a custom domain of a Worker, an R2 bucket or e-mail routing made it. Remove the custom domain first, or choose another hostname.";
    SecretWouldBeLost = "CFD0509": "a secret can't be carried over",
        "The newest version of the Worker is not the one that gets requests, and a secret that was set elsewhere lives in one of them only. An upload could silently take the wrong value. Deploy or delete the waiting version, or name the secret in the manifest.";
    NeedsYes = "CFD0510": "the plan deletes, takes over or opens something, and nobody said yes",
        "A run that deletes, adopts or takes something needs a yes, and so does one that opens a bucket to everybody or lets its objects be deleted by age: on a terminal the question is asked, elsewhere it needs `--yes` (`allowDeletes: true` in JavaScript). `--prune`, `--adopt` and `--take` say what, never yes; what else is created or updated goes ahead. The plan was shown, and nothing was changed.";
    PlanMoved = "CFD0511": "the plan is not the one that was approved",
        "`--expect` or a saved plan names a fingerprint, and the account or the manifest has changed since. Nothing was changed. Look at the new plan and approve that one. The fingerprint covers which secrets are set, not their values. A plan that was carried out may be applied again: it has nothing to do.";
    TooManyTags = "CFD0512": "the Worker has no room for our marks",
        "A Worker holds 10 tags. Ours need up to six; the Worker carries too many others. Remove a tag from the Worker and run again.";
    PatternOutsideZone = "CFD0513": "the pattern or hostname lies outside the zone",
        "A record or route lives in one zone: its host must be the zone's name or end in it. Correct the name, or leave out `zone_id` so that the zone is found from the hostname.";
    ExistingRecordMissing = "CFD0514": "the record that should exist is not usable",
        "`dns.record: existing` promises a proxied A, AAAA or CNAME record for the hostname, made by somebody else. It is missing, or it is not proxied, so requests would never reach the Worker. Create or proxy it, or leave out `dns.record` so that one is made.";
    DeepHostname = "CFD0516": "no certificate covers the hostname",
        "Universal SSL covers the zone's name and one level below. A deeper hostname answers over https only with an advanced certificate for it. <https://developers.cloudflare.com/ssl/edge-certificates/universal-ssl/limitations/>";
    AlsoPublic = "CFD0517": "the Worker is also public on workers.dev",
        "The Worker answers on its workers.dev address beside the hostname, so that protections of the hostname (Access, firewall rules) can be walked around. Set `workers_dev: false` to switch it off.";
    ZoneNotActive = "CFD0518": "the zone is not active",
        "The zone exists but Cloudflare does not serve it yet (its name servers are not in place). The record and the route are made; the hostname answers once the zone is active.";
    ManyRecords = "CFD0519": "several records stand for the hostname",
        "More than one A, AAAA or CNAME record exists for the hostname and none is ours, so it is not clear which one to change. Leave one of them, or set `dns.record: existing` if they are all wanted and proxied.";
    AccountMismatch = "CFD0520": "the zone is in another account",
        "A route leads to Workers of the zone's own account only. The manifest's account_id and the account that holds the zone differ: correct one of them.";
    ServiceReferences = "CFD0521": "the Worker is still used by others",
        "Other Workers bind to this one, or it consumes a queue. Cloudflare refuses the deletion. Remove those references first; a forced deletion is never done.";
    UndeployedVersion = "CFD0522": "an undeployed version is waiting",
        "Somebody uploaded a version that gets no requests yet. The values shown for the Worker are those of that newest version; applying puts a new version in front of it.";
    BundleUnreadable = "CFD0301": "the bundle can't be read",
        "The object in R2 is neither one JavaScript file in UTF-8, nor the multipart file that `wrangler deploy --dry-run --outfile FILE` writes, nor a tar; or one of the latter is damaged. A tar may hold files and directories alone: no links, and no path that leads out of it. Build the Worker again and publish the result.";
    BundleTooLarge = "CFD0302": "the bundle is too large",
        "Cloudflare takes at most 64 MiB of modules before compression, source maps left out. Leave out what the Worker does not need, or move data to R2, KV or static assets.";
    BundleLarge = "CFD0303": "the bundle is large",
        "Depending on the plan, Cloudflare may refuse Workers of more than 3 or 10 MiB after gzip. We don't compress, so this goes by the size before compression and is only a hint; the upload tells.";
    BundleNeedsMore = "CFD0305": "the bundle asks for what the manifest does not say",
        "The file of `wrangler deploy --dry-run --outfile FILE` also names variables, stores, a compatibility date, flags and more of the Worker that it was made for. Only its code, and what names parts of that code, is taken from it; everything else comes from the manifest. The finding prints what to add to the manifest's `spec`, and names what no manifest can say yet: a Worker that needs it will fail when it runs.";
    BundleFormat = "CFD0320": "the bundle is of the other format",
        "`script.format` of the manifest and the bundle's own metadata contradict each other. A multipart file says by `main_module` or `body_part` whether its entry is an ES module or a service worker, so the manifest need not; for a single file the manifest says `script.format: service-worker`, or nothing for an ES module.";
    BundleChanged = "CFD0321": "the bundle changed during the run",
        "The object in R2 was replaced after the plan was made from it and before its code was uploaded, so this Worker was left as it was. Run the same command again: it plans with what is there now. Publish every build under a key of its own, as `publish` does, and pin it by `bundle.sha256`.";
    ModuleName = "CFD0306": "a module's name can't be used",
        "Names of modules become names of parts of the upload: relative paths of at most 255 bytes, without quotes, backslashes, control characters and `..` segments; `metadata` is reserved.";
    BundleMismatch = "CFD0307": "the bundle is not the pinned one",
        "`bundle.sha256` pins the bytes of the bundle, and the object in R2 has others. Nothing was changed. Either somebody replaced the object, or the pin belongs to another build: publish the bundle again under a new key and pin that.";
    BundleEntry = "CFD0322": "which module is the entry is not clear",
        "A tar of modules has no entry of its own saying. `main_module` in the manifest names it; without that it is the only JavaScript or Python module at the top of the tar, or the only one there whose name begins with `index.`.";
    BundleFilesLeft = "CFD0323": "files of the bundle are not deployed",
        "A tar of modules holds files that are no modules by the ends of their names, such as a README. They are left out. Code that imports one of them fails: name data `.bin` and text `.txt`, `.html` or `.sql`, or let the build put it into the code.";
    ContentCompared = "CFD0324": "live modules were compared with the bundle",
        "With `--verify-content`, the modules of each live Worker are downloaded and compared byte for byte with those of its bundle. Where they differ, the plan names each and uploads the bundle. Source maps are in no answer of Cloudflare, so they are compared by nobody.";
    BuildFailed = "CFD0325": "the build failed",
        "`apply --build` ran the command that the manifest names under `build`, and it ended with another code than 0, or did not make what `build.output` names. Nothing was published or deployed. The command runs in the shell, in the directory of the manifest, and gets no tokens and keys of the environment.";
    BucketMissing = "CFD0310": "the bucket does not exist",
        "R2 knows no bucket of this name in this account at this endpoint. A bucket made with a jurisdiction (`eu`, `fedramp`) is seen only there: say `bundle.jurisdiction`.";
    ObjectMissing = "CFD0311": "the bundle is not in the bucket",
        "The bucket exists, the key does not. Keys are taken verbatim, letter case and every character count. `cfworker-deploy publish FILE r2://BUCKET/KEY` uploads it; `apply --bundle FILE` does both.";
    S3KeysRefused = "CFD0312": "the S3 keys were refused",
        "R2 does not know the access key id, or the signature does not match its secret: keys of another account, swapped, incomplete, or deleted. Without R2_ACCESS_KEY_ID the keys are derived from the API token, which then needs the permission `Workers R2 Storage Read`.";
    S3PermissionMissing = "CFD0313": "the S3 keys lack a permission",
        "The keys are good but may not access this bucket: they are limited to other buckets, or to reading. Create keys for this bucket, or give the API token the R2 permission.";
    ObjectAddress = "CFD0314": "the object can't be addressed",
        "The bucket name is not valid, or the key holds a `.` or `..` segment or a control character. URL parsers fold such segments away, so another object would be fetched: they are refused.";
    ObjectExists = "CFD0315": "the object exists already",
        "`publish` never overwrites a key: what was deployed must stay what it was, for rollbacks. Publish under another version, or replace it with --overwrite if nothing is deployed from it.";
    ClockSkew = "CFD0316": "the clocks differ",
        "Requests to R2 are signed with the time, which may be wrong by 15 minutes at most. A wrong clock of this machine was corrected by the server's time and refused again. Set the clock.";
    AmazonKeys = "CFD0317": "Amazon's keys are not sent to Cloudflare",
        "AWS_ACCESS_KEY_ID holds a key of Amazon (AKIA…, ASIA…), which R2 can't know. It is not sent there; keys are derived from the API token instead. Set R2_ACCESS_KEY_ID and R2_SECRET_ACCESS_KEY to use keys of R2.";
    CredentialsRefused = "CFD0401": "the credentials were refused",
        "Cloudflare did not accept the API token or key: it is incomplete, disabled, expired, or of another account. Create a token in the dashboard under My Profile, API Tokens, and give it as CLOUDFLARE_API_TOKEN.";
    PermissionMissing = "CFD0402": "a permission is missing",
        "The token is good but may not do this. The help names the permission group as the dashboard calls it; `Write` is shown there as `Edit`. Account permissions must include the account, zone permissions the zone of the manifest.";
    CredentialsUnusable = "CFD0403": "the credentials can't be sent",
        "A token, key or e-mail address is empty or holds a line break, a blank or another character that can't stand in a header. Often a trailing line break was copied along.";
    EndpointRefused = "CFD0404": "the endpoint is not safe for credentials",
        "Endpoints must be https, so that nobody reads the token on its way. Plain http is accepted for this machine alone (127.0.0.1, ::1, localhost).";
    BaseUrlPath = "CFD0410": "the API base URL lacks its path",
        "Every address of Cloudflare's API ends with `/client/v4`. The base URL that was given does not, so that nothing would be found under it. Leave CLOUDFLARE_API_BASE_URL out for Cloudflare itself.";
    R2ElsewhereThanApi = "CFD0411": "the API is on this machine, and R2 is not",
        "The API base URL leads to this machine, as that of Local Cloudflare does, and no S3 endpoint was given: the bundle would be asked for at Cloudflare itself, with keys that it can't know. Nothing was sent. Give the S3 address of Local Cloudflare as R2_ENDPOINT, or use `--local`, which sets both.";
    HalfOfS3Keys = "CFD0412": "half a pair of S3 keys",
        "S3 keys come in pairs: an access key id and a secret access key. One of them was given without the other, or is no text that could be sent. Give both, or neither: keys are then derived from the API token.";
    EndpointOfBucket = "CFD0413": "the S3 endpoint belongs to another bucket",
        "The dashboard shows the address of a bucket, which ends with the bucket's name. The name in the endpoint that was given is not that of the bucket in the manifest. Give the endpoint without a path: it then serves every bucket.";
    JurisdictionUnused = "CFD0414": "an endpoint was given beside a jurisdiction",
        "`bundle.jurisdiction` chooses one of Cloudflare's S3 endpoints. An endpoint was given as well, and that one is used. If the bucket is not found there, unset R2_ENDPOINT and AWS_ENDPOINT_URL_S3.";
    OtherName = "CFD0415": "a variable has a name that is not read",
        "A variable is set by a name that another tool or an older version of it reads, such as CF_API_TOKEN, and the one that this tool reads is not set. It is not used: nobody said that it is meant for this. The help names the variable to set; docs/environment.md lists all that are read.";
    QuotedVariable = "CFD0416": "the value of a variable stands in quotes",
        "A shell takes quotes off a value; `docker --env-file`, a variable of a pipeline and many other files keep them, so that they become a part of it. No token, key, account id or address has quotes around it. Set the variable without them.";
    RequestRefused = "CFD0601": "Cloudflare refused a request",
        "An answer came and it was no. The message is Cloudflare's own; the code in brackets can be looked up in its documentation, and its support can find the request by the cf-ray.";
    NoAnswer = "CFD0602": "no answer came",
        "The request got no usable answer: the connection broke, timed out, or never stood. Requests that can be repeated were repeated, with growing pauses. If it may have arrived, run the same command again: it looks before it writes.";
    Throttled = "CFD0603": "too many requests",
        "Cloudflare allows 1,200 requests in five minutes for a user, dashboard and other tools included, and then refuses everything for five minutes. We slow down before and wait it out; this time it lasted longer.";
    QuotaReached = "CFD0604": "a limit of the account is reached",
        "The account or plan allows no more of this: Workers, routes, records, namespaces. Remove what is not needed, or ask Cloudflare for more.";
    CloudflareFailed = "CFD0605": "Cloudflare failed",
        "The answer said that something went wrong at the other side, several times in a row. Nothing is wrong with the manifest. Run the same command again later.";
    AnswerMalformed = "CFD0606": "an answer can't be read",
        "An answer came that is not in Cloudflare's form: cut off, HTML in place of JSON, fields missing. A proxy or a wrong endpoint is the usual cause.";
    RequestUnsendable = "CFD0607": "a request can't be sent",
        "The request was not sent because it is broken by itself: a header value with a line break, a URL that is none. The usual cause is a token or endpoint copied with something before or after it.";
    Interrupted = "CFD0608": "interrupted",
        "The run was asked to stop. The request that was on its way ended first; nothing was sent after it. Run the same command again to go on.";
    CertificateRefused = "CFD0620": "there is no trusted connection to the server",
        "The server's certificate is not trusted by this machine, has expired, or belongs to another name; or what answers speaks no TLS at all. Nothing was sent, and trying again would not help. Check the endpoint and this machine's clock. A company's proxy that opens TLS has a certificate of its own: name its file in NODE_EXTRA_CA_CERTS.";
    HostLimit = "CFD0621": "the host sends no more requests",
        "The runtime that cfworker-deploy runs in limits the requests of one invocation, as Cloudflare Workers do, and this limit is reached. The request was not sent, and trying again in the same run would not help. Deploy fewer manifests at once, or from a host with higher limits. Running the same call again goes on where this one stopped.";
    FetchBroken = "CFD0622": "`fetch` does not work as one",
        "The `fetch` that was given throws where it should return a promise, or resolves to something that is no `Response`. It is called with a URL and an init object and must answer as the platform's own one does.";
    AccountNotFound = "CFD0610": "the account is not there",
        "Cloudflare knows no account of this id, or not for these credentials: the id is mistyped, is one of a zone or a user, or the token belongs to another account. The id is 32 hexadecimal digits; the dashboard shows it on the right of the account's overview and in its address.";
    ZoneIdNotFound = "CFD0611": "the zone is not there",
        "Cloudflare knows no zone of this id, or not for these credentials: the id is mistyped, is one of an account, or the zone lies in another account. Without `dns.zone_id` the zone is found from the hostname, which needs the permission `Zone Read`.";
    GaveUp = "CFD0609": "the time of the run is over",
        "A run may take ten minutes, or what `--timeout` says. What was under way when they ended was given up; a write that was on its way ended first. The message tells the last failure, which is what took the time: it would have been tried again. Run the same command again, with more time if it needs that.";
    ZoneNotFound = "CFD0523": "no zone holds the hostname",
        "All suffixes of the hostname were looked up and none is a zone of this account that the token can see. Without the permission `Zone Read` a look-up by name gives an empty list, so the zone may exist all the same: give `dns.zone_id`, which needs no such permission, or add it to the token. The exit code is 4 while that may be the reason, and 1 when the token was shown other zones.";
    SecretsUnchecked = "CFD0524": "secrets are kept, not checked",
        "No values were given for these secrets of the manifest, and the live Worker has secrets of these names: they stay as they are, whatever their values. Give the values by `--secrets-file`, standard input or the environment to have them compared and set. With `--require-secrets` (`requireSecrets` of the library) a missing value is an error instead, exit code 65; so it is always where the live Worker has no such secret.";
    BadArgument = "CFD0902": "a call's argument can't be read",
        "An argument of a JavaScript call has another form than its type says: a field of the wrong type, or a text that is no list of manifests. Nothing was sent. Check the call with TypeScript, or with `// @ts-check` in JavaScript.";
    Raced = "CFD0525": "somebody else deployed at the same time",
        "After the plan of this run, or while it ran, another deployment of the same Worker went live, or somebody deleted it. Cloudflare has no lock for that, so one of the two has the last word. An apply ends with all its writes done; a destroy leaves the Worker of the other one alone. Look at the plan to see what is live. Let one pipeline deploy a Worker at a time.";
    SecretsEdited = "CFD0527": "secrets were edited outside of an upload",
        "The version that gets requests was made by an edit of secrets alone (dashboard, wrangler, API, or the step of ours that removes a secret). Code and configuration are those of the last upload. Values can't be read, so it is not known whether they are still those of the manifest; the next upload sets the manifest's secrets again and keeps all others.";
    Unreached = "CFD0530": "nothing reaches the Worker",
        "The Worker has no hostname in the manifest, and its workers.dev address is off: only other Workers can call it. Name a host under `dns`, or set `workers_dev: true`. A Worker that is called through a service binding, a queue or a schedule needs neither.";
    Delegated = "CFD0531": "the hostname is delegated to other name servers",
        "The zone has NS records for this hostname, which hand it to another zone: Cloudflare takes no address beside them (81056). Choose another hostname, or remove the NS records if nothing is served there.";
    ZonePaused = "CFD0532": "the zone is paused",
        "A paused zone answers with its records as they are, without Cloudflare: no request reaches a Worker. Everything can be deployed; resume the zone in the dashboard to serve it. <https://developers.cloudflare.com/fundamentals/manage-domains/pause-cloudflare/>";
    ZonePartial = "CFD0533": "the zone's names are served elsewhere",
        "In a partial (CNAME) setup another provider serves the zone's names. The record that is made here only says where Cloudflare sends requests; the hostname has to lead to `HOSTNAME.cdn.cloudflare.net` at that provider. <https://developers.cloudflare.com/dns/zone-setups/partial-setup/>";
    NoSuchStore = "CFD0543": "--delete-data does not name something of the manifests that has data",
        "`--delete-data` takes the address of a store that a document of this run describes, such as `kv:TITLE`, as the plan shows it. Nothing is deleted in the belief that data goes too.";
    UnclearAddress = "CFD0550": "an address stands for several resources",
        "One run deploys to several accounts or zones, and the same name stands in more than one of them. The plan tells such resources apart by their account or zone, as `script:account/ID/NAME` or `route:zone/ID/PATTERN`; `--adopt`, `--take` and `--delete-data` take the same form.";
    Circle = "CFD0528": "resources wait for each other",
        "Each of the resources that the message names can only be made when another one of them is there, or only be deleted when another one of them is gone: no order does all of it. Workers that are bound to each other are no such case as a rule: one of them is deployed without its binding for a moment, as the plan says. That is not done for a `destroy` of Workers that all have a version which gets no requests yet, since it would put that version live, nor where the live version does not show what it is bound to. Nothing was written. Take the binding out of one of them and deploy that; then add the binding and deploy again, or destroy them.";
    MigrationEdited = "CFD0544": "a migration was edited after it was applied",
        "The database remembers that a file of this name was applied, and another digest of it than the file has now. What was applied can't be applied again, and what the edit says would never happen: nothing is written. Put the file back as it was, and write the change as a new file. Files that wrangler applied are taken by their names, since wrangler remembers no digest.";
    MigrationFailed = "CFD0545": "a migration was not applied",
        "The database refused the SQL of a file, in the words of the message, and stands as it did before the file. Files before it were applied and are remembered; those after it were not sent. Correct the file, and run the same command again.";
    Bookmark = "CFD0546": "what a database can be brought back to",
        "Before the first migration of a run the bookmark of the database is told: Time Travel brings it back to that state for 30 days, 7 on the free plan. <https://developers.cloudflare.com/d1/reference/time-travel/>";
    ForeignConsumer = "CFD0547": "somebody else made the Worker a consumer of the queue",
        "The Worker gets the messages of the queue, and its marks do not name that queue: wrangler, the dashboard or another tool made it so. Name it to make it ours (command line: `--adopt consumer:QUEUE`; JavaScript: the option `adopt`); what the manifest states of it replaces what is there.";
    TakenConsumer = "CFD0548": "something else gets the messages of the queue",
        "A queue has one consumer, and it has one: another Worker, or whoever fetches its messages over HTTP. Give each Worker a queue of its own, or take this one (command line: `--take consumer:QUEUE`; JavaScript: the option `take`): then its messages no longer reach what got them. A Worker of the same run that no longer names the queue gives it up by itself.";
    ForeignSchedules = "CFD0560": "somebody else gave the Worker schedules",
        "The Worker has cron schedules that its marks do not name: wrangler, the dashboard or another tool made them. They stay beside those of the manifest. One that the manifest wants as well becomes ours once it is named (command line: `--adopt schedules:WORKER`; JavaScript: the option `adopt`). A Worker that is deleted takes them with it, which is to be said (`--take schedules:WORKER`).";
    NotScheduled = "CFD0561": "the Worker handles no schedules",
        "Cloudflare calls the handler `scheduled` at each time of a cron schedule, and the code that is live exports none, so a schedule for it may be refused. Export one: `async scheduled(controller, env, context) {}`.";
    ClassDataLost = "CFD0551": "a class of Durable Objects would go with its data",
        "A migration deletes the class, `exports` says `state: deleted`, or the Worker itself goes: all that the objects of the class store goes with it, and nothing brings it back. Give the class another name by `renamed_classes` (`state: renamed`), or hand it to another Worker, and its objects keep what they store. Where its data is to go, name it: `--delete-data class:WORKER/CLASS`, or `--delete-data script:WORKER` for all classes of the Worker; JavaScript: the option `deleteData`.";
    TakenClass = "CFD0552": "a class of Durable Objects comes from another Worker",
        "The class and its objects leave the Worker that has them. Where both Workers are deployed by one run, that is asked for by both; else name the other Worker (command line: `--take script:WORKER`; JavaScript: the option `take`).";
    MigrationTagUnknown = "CFD0553": "migrations of classes do not follow from what is live",
        "Cloudflare remembers the tag of the last migration of a Worker's Durable Object classes, and the classes that there are. The manifest's `migrations` must lead there: a list without that tag, or a migration that is due and makes a class that is there already, would be carried out in part or twice. Write all migrations in their order, those that other tools made as well, and add new ones at the end.";
    TakenWorkflow = "CFD0555": "the Workflow runs a class of another Worker",
        "Names of Workflows are the only ones of their account, and the one that a binding names runs a class of another Worker. Give it another name, or take it (command line: `--take workflow:NAME`; JavaScript: the option `take`): its instances stay, and go on with the code of the Worker that took it.";
    WorkflowDataLost = "CFD0556": "a Workflow would go with its instances",
        "The Worker that is to be destroyed has a Workflow, and its instances, also those under way, go with it. Where they are to go, name it: `--delete-data workflow:NAME`, or `--delete-data script:WORKER` for all that the Worker has; JavaScript: the option `deleteData`.";
    ClassMissing = "CFD0554": "a class of Durable Objects is not there",
        "A binding leads to a class of the Worker itself that no migration makes and the account does not have, or `exports` leaves out a class that the account has. Add a migration with the class under `new_sqlite_classes`, or an entry of `exports`; the code exports a class of that name.";
    ForeignDomain = "CFD0562": "somebody else gave the Worker a custom domain",
        "The custom domain leads to the Worker, and the Worker's marks do not name it: wrangler, the dashboard or another tool made it. Name it to make it ours (command line: `--adopt domain:HOST`; JavaScript: the option `adopt`). A Worker that is deleted would take it along, which is to be said (`--take domain:HOST`).";
    TakenDomain = "CFD0563": "the host of a custom domain is taken",
        "A host has one Worker or records of its own, and Cloudflare makes no custom domain beside them: another Worker answers there, or somebody made a DNS record for it. Choose another host, or take it (command line: `--take domain:HOST`; JavaScript: the option `take`): requests then no longer reach what got them, and records of the host are deleted. A Worker of the same run that no longer names the host gives it up by itself.";
    DomainGoes = "CFD0564": "a host stops answering",
        "A custom domain is deleted: its DNS record and its certificate go with it, and requests to the host reach nobody until something else is put there.";
    LeavesStore = "CFD0549": "a Worker leaves a store for a new, empty one",
        "The binding of the live Worker leads to another store than the manifest names, and the one that it names is made by this run. A store is known by its name: with another name it is another store, and nothing moves what is in the old one, which stays as it is. Where the name was changed by mistake, write the old one again; where it was meant, copy what the Worker needs.";
    StoreUsed = "CFD0570": "something may use a store that is deleted",
        "A store goes with all that is in it, and a Worker that is bound to it fails where it uses it. Of a queue the account shows who sends to it: while one of them stays, nothing is written. Of a KV namespace, a bucket or a database no list shows that: a note says so, and the bindings of each Worker in the dashboard do. The Workers of the run are deleted before their stores.";
    NoSuchVersion = "CFD0580": "there is no such version",
        "A version is named by its number, its id, or the first eight or more digits of its id, as `history` lists them. Cloudflare deploys the newest hundred versions of a Worker, and no older one. Without a name, `rollback` takes the version that got all requests before the live one came.";
    MigratedSince = "CFD0581": "Durable Objects were migrated since that version",
        "Between the version and the one that is live, classes of Durable Objects were made, renamed or deleted. Cloudflare takes no migration back and refuses older code on what it made of the objects. Change the bundle to what you want and apply it as a new version.";
    SecretsOfVersion = "CFD0582": "an earlier version brings its secrets back",
        "A version keeps the secrets that it was made with, values and all: when it gets requests again, so do they, whatever was set since. Where a value was replaced because it had leaked, do not go back: apply the earlier bundle as a new version, with the values of today.";
    BoundToNothing = "CFD0583": "something that a version is bound to is gone",
        "The version was made when this was there, and it is not any more. Going back to the version brings back its binding, and nothing of what the binding led to.";
    RolloutUnderWay = "CFD0584": "a rollout is under way",
        "Two versions that we uploaded share the requests of the Worker, as `apply --percentage` made it. An apply without a percentage does not end that unasked, and neither does one of another manifest. `promote` gives all requests to the newer version, `rollback` gives them to the older one, `apply --percentage` moves the shares of an unchanged manifest, and `--take script:NAME` goes on with the manifest as it is.";
    RolloutImpossible = "CFD0585": "a new version can't get a part of the requests",
        "A part of the requests can go to a new version only where one that we deployed gets the others, and where the version is uploaded without going live: not at the first upload, not beside work of others, not with service-worker syntax, and not where Durable Object classes are migrated. Apply it without a percentage: then it goes live whole.";
    GuardFailed = "CFD0587": "a new version did not answer as it has to",
        "The run was guarded: each new version is asked at the path that was given, by a header that names the version, after each step of its rollout. One answered otherwise three times, so the Workers of the run got their earlier versions back, whole; the exit code is 6. Routes, records and settings that no version holds stay as they were applied. A Worker without an earlier version has nothing to go back to, and one that nothing reaches can't be asked.";
    NoPreview = "CFD0586": "a version has no address of its own",
        "Cloudflare gives each version an address on workers.dev, the first eight digits of its id before the name of the Worker, where preview addresses are switched on for the Worker, the account has a name on workers.dev, and the label has no more than 63 characters. Without one a version that gets no requests can't be looked at before it goes live.";
    NotVisible = "CFD0526": "applied, and not visible yet",
        "Everything was applied, but the Worker did not answer through its hostname within the time of `--wait` (90 seconds, or what `--timeout` leaves): the name does not resolve yet, its certificate is not there yet, or the edge answers with an error of its own. New hosts can take some minutes. Nothing has to be done again.";
    Unseen = "CFD0540": "something that was attached does not show up",
        "The marks of the Worker name a route or record that the lists of its zone do not show. Somebody may have removed it, or the list lags behind a change: one absence is no proof. So the entry stays in the marks, and nothing is written for that alone; it leaves with a later change of the marks if it is absent then too. Until then each run looks for it, and removes it when it shows up and the manifest does not want it.";
    StillThere = "CFD0541": "something is still there after it was deleted",
        "Cloudflare accepted a deletion, and a read by id, repeated for some time, still shows what should be gone. It stays in the marks of the Worker, so that it is not forgotten. Run the same command again later; if it stays, delete it in the dashboard and ask Cloudflare's support with the cf-ray of the answer.";
    NewerMarks = "CFD0542": "a newer version of cfworker-deploy was here",
        "The Worker carries marks that this version can't read. They say what a newer version keeps track of, so writing without understanding them could lose something: nothing is written. Update cfworker-deploy where this runs. If the tag was made by hand, remove it from the Worker.";
    ClaimedTwice = "CFD0136": "two manifests claim one host, pattern or queue",
        "Two manifests of this run want the same DNS record, the same route or the messages of the same queue. A zone holds a pattern once, a record has one owner and a queue one consumer: give one of them another hostname, pattern or queue. To put several Workers behind one hostname, let one manifest own the record and set `dns.record: existing` in the others.";
    Internal = "CFD0901": "the engine failed",
        "The engine met a state that it does not handle. This is a defect of cfworker-deploy, never of your manifest. If a write may have been sent, run the same command again: it looks before it writes.";
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl JsonSchema for Code {
    fn schema_name() -> Cow<'static, str> {
        "Code".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let mut words: Vec<_> = Self::ALL.iter().map(|code| code.as_str()).collect();
        words.sort_unstable();
        json_schema!({
            "description": "Stable code of a finding or a failure; `explain(code)` tells more. New ones may come.",
            "type": "string",
            "enum": words,
        })
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use serde_json::{Map, Value, json};

    use super::Code;

    #[test]
    fn codes_are_unique_and_explained() {
        let texts: BTreeSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(texts.len(), Code::ALL.len());
        for code in Code::ALL {
            assert!(code.as_str().starts_with("CFD") && code.as_str().len() == 7, "{code}");
            assert!(code.explanation().len() > 60, "{code} says too little");
        }
    }

    /// `UPDATE_DOCS=1` writes the file: `npm run docs`.
    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test that writes and reads what the package carries")]
    fn the_package_carries_these_texts() {
        let text = |code: &Code| json!({ "title": code.title(), "explanation": code.explanation() });
        let texts: Map<_, _> = Code::ALL.iter().map(|code| (code.to_string(), text(code))).collect();
        let texts = format!("{:#}\n", Value::Object(texts));
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/diagnostic/codes.json");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(&file, &texts).expect("written");
        }
        assert!(std::fs::read_to_string(file).expect("a file") == texts, "npm run docs");
    }
}
