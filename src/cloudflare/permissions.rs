//! Which permission group each endpoint needs, by the names of the API's own list.
//!
//! The dashboard shows `Write` as `Edit`.
//!
//! <https://developers.cloudflare.com/fundamentals/api/reference/permissions/>

/// Where a permission is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// For the user that owns the token.
    User,
    /// For an account.
    Account,
    /// For a zone.
    Zone,
}

/// The permission that a family of endpoints needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    /// What it is about.
    pub resource: &'static str,
    /// Where it is given.
    pub scope: Scope,
    /// Group for reading; none where every valid token may.
    pub read: Option<&'static str>,
    /// Group for writing.
    pub write: Option<&'static str>,
}

impl Grant {
    /// The group that a read or a write needs.
    pub fn group(&self, writes: bool) -> Option<&'static str> {
        if writes { self.write } else { self.read }
    }
}

/// Token verification: every valid token may.
pub const TOKENS: Grant = Grant { resource: "token verification", scope: Scope::User, read: None, write: None };

/// Accounts.
pub const ACCOUNTS: Grant = Grant {
    resource: "accounts",
    scope: Scope::Account,
    read: Some("Account Settings Read"),
    write: Some("Account Settings Write"),
};

/// Zones: needed only to find one by its name. Without it a look-up by name is an *empty success*.
pub const ZONES: Grant =
    Grant { resource: "zones", scope: Scope::Zone, read: Some("Zone Read"), write: Some("Zone Write") };

/// DNS records.
pub const DNS: Grant =
    Grant { resource: "DNS records", scope: Scope::Zone, read: Some("DNS Read"), write: Some("DNS Write") };

/// Scripts, versions, deployments, settings, secrets, workers.dev.
pub const SCRIPTS: Grant = Grant {
    resource: "Workers scripts",
    scope: Scope::Account,
    read: Some("Workers Scripts Read"),
    write: Some("Workers Scripts Write"),
};

/// Worker routes.
pub const ROUTES: Grant = Grant {
    resource: "Workers routes",
    scope: Scope::Zone,
    read: Some("Workers Routes Read"),
    write: Some("Workers Routes Write"),
};

/// KV namespaces.
pub const KV: Grant = Grant {
    resource: "KV namespaces",
    scope: Scope::Account,
    read: Some("Workers KV Storage Read"),
    write: Some("Workers KV Storage Write"),
};

/// Queues.
pub const QUEUES: Grant =
    Grant { resource: "queues", scope: Scope::Account, read: Some("Queues Read"), write: Some("Queues Write") };

/// Databases of D1.
pub const D1: Grant =
    Grant { resource: "D1 databases", scope: Scope::Account, read: Some("D1 Read"), write: Some("D1 Write") };

/// Objects in R2; the S3 keys of a token carry the token's permissions.
pub const R2: Grant = Grant {
    resource: "R2 objects",
    scope: Scope::Account,
    read: Some("Workers R2 Storage Read"),
    write: Some("Workers R2 Storage Write"),
};

/// All of them, for the docs.
pub const ALL: [Grant; 10] = [TOKENS, ACCOUNTS, ZONES, DNS, SCRIPTS, ROUTES, KV, QUEUES, D1, R2];
