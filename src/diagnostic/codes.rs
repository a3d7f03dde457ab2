//! Every stable code, with the text that `explain CODE` prints.
//!
//! A code never changes its meaning once released. `01..` manifest, `02..` references and inputs,
//! `03..` bundle and R2, `04..` credentials and permissions, `05..` ownership and conflicts,
//! `06..` requests to Cloudflare, `09..` the engine itself.

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

            /// Its title.
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }

            /// What it means and what to do.
            pub fn explanation(self) -> &'static str {
                match self { $(Self::$name => $explain,)* }
            }
        }
    };
}

codes! {
    Syntax = "CFD0101": "the file is not YAML",
        "The text could not be read as YAML 1.2. The place names where reading stopped; the cause is often a line or two above it: a missing colon, a tab, an unclosed quote or bracket.";
    BundleUnreadable = "CFD0301": "the bundle can't be read",
        "The object in R2 is neither one JavaScript file in UTF-8 nor the multipart file that `wrangler deploy --dry-run --outfile FILE` writes, or the latter is damaged. Build the Worker again and publish the result.";
    BundleTooLarge = "CFD0302": "the bundle is too large",
        "Cloudflare takes at most 64 MiB of modules before compression, source maps left out. Leave out what the Worker does not need, or move data to R2, KV or static assets.";
    BundleLarge = "CFD0303": "the bundle is large",
        "Depending on the plan, Cloudflare may refuse Workers of more than 3 or 10 MiB after gzip. We don't compress, so this goes by the size before compression and is only a hint; the upload tells.";
    BundleWithoutHandler = "CFD0304": "the bundle has no handler",
        "The source neither exports anything nor calls addEventListener, so nothing would answer requests and Cloudflare will refuse it. A CommonJS file must be bundled to an ES module first, for example with esbuild --format=esm.";
    BundleNeedsMore = "CFD0305": "the bundle asks for more than code",
        "The multipart file was made for a Worker with Durable Object migrations, static assets or containers. Only its modules are deployed; everything else comes from the manifest.";
    ModuleName = "CFD0306": "a module's name can't be used",
        "Names of modules become names of parts of the upload: relative paths of at most 255 bytes, without quotes, backslashes, control characters and `..` segments; `metadata` is reserved.";
    CredentialsRefused = "CFD0401": "the credentials were refused",
        "Cloudflare did not accept the API token or key: it is incomplete, disabled, expired, or of another account. Create a token in the dashboard under My Profile, API Tokens, and give it as CLOUDFLARE_API_TOKEN.";
    PermissionMissing = "CFD0402": "a permission is missing",
        "The token is good but may not do this. The help names the permission group as the dashboard calls it; `Write` is shown there as `Edit`. Account permissions must include the account, zone permissions the zone of the manifest.";
    CredentialsUnusable = "CFD0403": "the credentials can't be sent",
        "A token, key or e-mail address is empty or holds a line break, a blank or another character that can't stand in a header. Often a trailing line break was copied along.";
    EndpointRefused = "CFD0404": "the endpoint is not safe for credentials",
        "Endpoints must be https, so that nobody reads the token on its way. Plain http is accepted for this machine alone (127.0.0.1, ::1, localhost).";
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
    Internal = "CFD0901": "the engine failed",
        "The engine met a state that it does not handle. This is a defect of cfworker-deploy, never of your manifest. If a write may have been sent, run the same command again: it looks before it writes.";
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// The text of `explain CODE`, or nothing for a code that does not exist.
pub fn explain(code: &str) -> Option<String> {
    let wanted = code.to_ascii_uppercase();
    let code = Code::ALL.iter().find(|code| code.as_str() == wanted)?;
    Some(format!("{code}: {}\n\n{}\n", code.title(), code.explanation()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

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
}
