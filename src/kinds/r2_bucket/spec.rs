//! What a document says of a bucket: both generations of the original's schema, and ours.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::kinds::store::StoreSpec;
use crate::manifest::schema::{Items, TextOrFrom, Word};

/// What the bucket should be.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "R2BucketSpec")]
pub(in crate::kinds) struct Spec {
    /// Account id, 32 hexadecimal digits. Absent: the account of the run.
    #[schemars(extend("pattern" = "^[0-9a-fA-F]{32}$"))]
    pub(super) account_id: Option<String>,
    /// Name, unique in its account: 3 to 63 lower-case letters, digits and inner hyphens.
    #[schemars(required, extend("pattern" = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"))]
    pub(super) bucket_name: Option<String>,
    /// Where the data is kept, for a bucket that is created: `auto`, `WNAM`, `ENAM`, `WEUR`, `EEUR`, `APAC` or `OC`, or
    /// their numbers 0 to 6. Absent: `auto`, near to whoever creates it.
    pub(super) location: Option<Word>,
    /// Jurisdiction that the data stays in; can't be changed later.
    #[schemars(extend("enum" = [Some("eu"), Some("fedramp"), None::<&str>]))]
    pub(super) jurisdiction: Option<String>,
    /// Whether everybody may read the objects at the bucket's r2.dev address. Absent: left as it is.
    pub(super) public_access: Option<bool>,
    /// Refused: R2 keeps no versions of objects.
    pub(super) versioning_enabled: Option<bool>,
    /// A host at which everybody may read the objects. Absent: left as it is. One that was named before stays open, and plans
    /// that name another one say so.
    pub(super) custom_domain: Option<CustomDomain>,
    /// Which pages of other hosts may use the bucket. Exactly these rules; absent: left as they are.
    pub(super) cors: Option<Items<CorsRule>>,
    /// What becomes of objects in time. Exactly these rules; absent: left as they are.
    pub(super) lifecycle: Option<Items<LifecycleRule>>,
}

impl StoreSpec for Spec {
    const NAME_KEY: &'static str = "bucket_name";

    fn account_id(&self) -> Option<&str> {
        self.account_id.as_deref()
    }

    fn name(&self) -> Option<&str> {
        self.bucket_name.as_deref()
    }
}

/// A host at which everybody may read the objects.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::kinds) struct CustomDomain {
    /// Whether the host leads to the bucket. Default: false.
    pub(super) enabled: Option<bool>,
    /// Zone id of the host, 32 hexadecimal digits, or the zone that has it.
    pub(super) zone_id: Option<TextOrFrom>,
    /// The host, such as `files.example.com`.
    pub(super) domain: Option<String>,
}

/// Pages of which hosts may do what.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::kinds) struct CorsRule {
    /// Origins of the pages, such as `https://shop.example.com`, or `*`.
    #[schemars(required)]
    pub(super) origins: Option<Items<String>>,
    /// `GET`, `PUT`, `POST`, `DELETE`, `HEAD`.
    #[schemars(required)]
    pub(super) methods: Option<Items<String>>,
    /// Headers that requests may have.
    pub(super) headers: Option<Items<String>>,
    /// Headers of answers that pages may read.
    pub(super) expose_headers: Option<Items<String>>,
    /// Seconds that a browser keeps the answer, at most a day.
    #[schemars(range(min = 0, max = 86_400))]
    pub(super) max_age_seconds: Option<i64>,
}

/// What becomes of objects in time.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::kinds) struct LifecycleRule {
    /// Objects whose keys start so. Default: all.
    pub(super) prefix: Option<String>,
    /// Days after which an object is deleted.
    #[schemars(range(min = 1, max = 36_500))]
    pub(super) delete_after_days: Option<i64>,
    /// Days after which an unfinished upload is dropped.
    #[schemars(range(min = 1, max = 36_500))]
    pub(super) abort_uploads_after_days: Option<i64>,
    /// Days after which an object is kept as rarely read.
    #[schemars(range(min = 1, max = 36_500))]
    pub(super) infrequent_access_after_days: Option<i64>,
}
