//! Which fields of a manifest may name another resource, and which of its outputs they take: the reader goes by this
//! table, and docs/manifest.md lists it. Bindings have the same in their own rows, `binding/table.rs`.

use serde::Serialize;

use crate::binding::row::Refers;
use crate::binding::table;

/// Kind of a zone. No document describes one yet: it is found by its name, or its id is given.
pub const DNS_ZONE: &str = "CloudflareDnsZone";
/// Kind of a KV namespace.
pub const KV_NAMESPACE: &str = "CloudflareKvNamespace";
/// The kind of a Worker.
pub const WORKER: &str = "CloudflareWorker";
const R2_BUCKET: &str = "CloudflareR2Bucket";
/// Kind of a queue.
pub const QUEUE: &str = "CloudflareQueue";

/// A kind that references may name: its number in the original registry, its name, and its outputs that are text.
pub(crate) struct Kind {
    pub number: Option<i64>,
    pub name: &'static str,
    pub outputs: &'static [&'static str],
}

const fn kind(number: i64, name: &'static str, outputs: &'static [&'static str]) -> Kind {
    Kind { number: Some(number), name, outputs }
}

/// All kinds that references may name. Of those that no document describes, outputs come from a file of outputs alone.
pub(crate) const KINDS: [Kind; 9] = [
    kind(1800, DNS_ZONE, &["zone_id"]),
    kind(1801, KV_NAMESPACE, &["namespace_id"]),
    kind(1802, R2_BUCKET, &["bucket_name", "bucket_url", "custom_domain_url"]),
    kind(1803, WORKER, &["script_id"]),
    kind(
        1804,
        "CloudflareLoadBalancer",
        &["load_balancer_id", "load_balancer_dns_record_name", "load_balancer_cname_target"],
    ),
    kind(1805, "CloudflareD1Database", &["database_id", "database_name"]),
    kind(1806, "CloudflareZeroTrustAccessApplication", &["application_id", "public_hostname", "policy_id"]),
    kind(1807, "CloudflareDnsRecord", &["record_id", "hostname", "record_type"]),
    // A kind of ours, which the original registry does not number.
    Kind { number: None, name: QUEUE, outputs: &["queue_id", "queue_name"] },
];

/// A field that may name another resource.
#[derive(Debug)]
pub struct Field {
    /// Kind of the document that it stands in.
    pub document: &'static str,
    /// Where it stands there.
    pub path: &'static str,
    /// What it is in a sentence.
    pub name: &'static str,
    /// What it takes.
    pub takes: Takes,
}

/// What a field takes of another resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// This output of this kind.
    One(Refers),
    /// Any output that is text.
    Any,
}

const ZONE_ID: Takes = Takes::One(Refers { kind: DNS_ZONE, output: "zone_id", by_name: false });

/// The zone of a Worker's hosts.
pub const ZONE_OF_HOSTS: Field =
    Field { document: WORKER, path: "spec.dns.zone_id", name: "a zone id", takes: ZONE_ID };
/// The zone of a Worker's custom domain.
pub const ZONE_OF_DOMAIN: Field =
    Field { document: WORKER, path: "spec.custom_domains[].zone_id", name: "a zone id", takes: ZONE_ID };
/// The zone of a bucket's custom domain.
pub const ZONE_OF_BUCKET: Field =
    Field { document: R2_BUCKET, path: "spec.custom_domain.zone_id", name: "a zone id", takes: ZONE_ID };
/// The value of a variable.
pub const VARIABLE: Field =
    Field { document: WORKER, path: "spec.env.variables.NAME", name: "a variable", takes: Takes::Any };
/// The namespace of an entry of `kv_bindings`.
pub const KV_BINDING: Field = Field {
    document: WORKER,
    path: "spec.kv_bindings[].namespace_id",
    name: "a KV binding",
    takes: Takes::One(Refers { kind: KV_NAMESPACE, output: "namespace_id", by_name: false }),
};

const QUEUE_NAME: Takes = Takes::One(Refers { kind: QUEUE, output: "queue_name", by_name: true });

/// The queue of an entry of `queue_consumers`.
pub const CONSUMED: Field =
    Field { document: WORKER, path: "spec.queue_consumers[].queue", name: "a consumer", takes: QUEUE_NAME };
/// Where its messages go that failed.
pub const DEAD_LETTERS: Field = Field { path: "spec.queue_consumers[].dead_letter_queue", ..CONSUMED };

/// A Worker that gets the traces of another one.
pub const TAILED_BY: Field = Field {
    document: WORKER,
    path: "spec.tail_consumers[].service",
    name: "a tail consumer",
    takes: Takes::One(Refers { kind: WORKER, output: "script_id", by_name: true }),
};
/// The same while that one still handles a request.
pub const STREAMED_TO: Field = Field { path: "spec.streaming_tail_consumers[].service", ..TAILED_BY };

/// The fields beside `bindings`.
static FIELDS: [Field; 9] = [
    ZONE_OF_HOSTS,
    ZONE_OF_DOMAIN,
    VARIABLE,
    KV_BINDING,
    CONSUMED,
    DEAD_LETTERS,
    TAILED_BY,
    STREAMED_TO,
    ZONE_OF_BUCKET,
];

/// A row of the table as documents list it.
#[derive(Debug, Serialize)]
pub struct Row {
    /// Kind of the document that the field stands in.
    pub document: &'static str,
    /// Where it stands there.
    pub field: String,
    /// The kinds that it takes.
    pub takes: Vec<Taken>,
}

/// What a field takes of one kind.
#[derive(Debug, Serialize)]
pub struct Taken {
    /// The kind.
    pub kind: &'static str,
    /// Its outputs.
    pub outputs: Vec<&'static str>,
}

/// All fields that may name another resource.
pub fn all() -> Vec<Row> {
    let of_bindings = table::ROWS.iter().flat_map(|row| row.members.iter().map(move |member| (row, member)));
    let of_bindings = of_bindings.filter_map(|(row, member)| {
        let field = format!("spec.bindings[].{} (type: {})", member.name, row.word);
        Some(Row { document: WORKER, field, takes: taken(Takes::One(member.refers?)) })
    });
    let row = |field: &Field| Row { document: field.document, field: field.path.into(), takes: taken(field.takes) };
    FIELDS.iter().map(row).chain(of_bindings).collect()
}

/// The fields of a kind of documents that look for references, each up to its first list or name of the user's choice.
pub(crate) fn fields_of(kind: &str) -> impl Iterator<Item = &'static str> {
    let fields = FIELDS.iter().filter(move |field| field.document == kind);
    fields.map(|field| field.path.split("[]").next().unwrap_or(field.path))
}

fn taken(takes: Takes) -> Vec<Taken> {
    match takes {
        Takes::One(refers) => vec![Taken { kind: refers.kind, outputs: vec![refers.output] }],
        Takes::Any => KINDS.iter().map(|kind| Taken { kind: kind.name, outputs: kind.outputs.to_vec() }).collect(),
    }
}

/// The outputs of a kind that references may name.
pub fn outputs(kind: &str) -> &'static [&'static str] {
    KINDS.iter().find(|known| known.name == kind).map(|known| known.outputs).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_field_takes_outputs_that_its_kind_has() {
        for row in all() {
            for Taken { kind, outputs: taken } in &row.takes {
                assert!(!taken.is_empty() && taken.iter().all(|output| outputs(kind).contains(output)), "{row:?}");
            }
        }
    }
}
