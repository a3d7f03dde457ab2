//! Writes of DNS records.

use super::{Ended, Target, done, ended, failed, gone};
use crate::cloudflare::dns_records::{self, CreateRecord, DeleteRecord, PatchRecord, Record, RecordBody, RecordFilter};
use crate::diagnostic::{Code, Diagnostic};
use crate::guard::{self, Guard};
use crate::http::{CallError, Meaning};
use crate::resource::RecordWrite;

/// How often a create is tried after answers that left it open: for half a minute, which is as long as a list lags.
const TRIES: u32 = 7;

/// Creates a record. After an unclear answer, and when Cloudflare says that it exists, the zone is asked first.
pub(super) async fn create(target: &Target<'_>, write: &RecordWrite) -> Ended {
    let body = body(write);
    let request = CreateRecord { zone_id: &write.zone, record: &body };
    let mut last = None;
    for try_number in 0..TRIES {
        if try_number > 0 {
            target.client.rest(f64::from(250 << try_number)).await;
        }
        let error = match target.api.call(target.client, &request).await {
            Ok(_) => return done(),
            Err(error) => error,
        };
        if !is_open(&error) || !guard::holds(Guard::Relist) {
            return ended(&error);
        }
        match find(target, write).await {
            Ok(Some(record)) if record.comment.as_deref() == Some(write.comment.as_str()) => return done(),
            Ok(Some(record)) => return appeared(write, &record),
            // Refused as existing and yet not there: another type stands in the way, or the list lags behind.
            Ok(None) if error.meaning() == Some(Meaning::Conflict) => last = Some(error),
            Ok(None) => last = Some(error),
            Err(_) => return ended(&error),
        }
    }
    match last {
        Some(error) => ended(&error),
        None => failed(Diagnostic::error(Code::Internal, "a record was never asked for"), false),
    }
}

/// Whether the record may be there all the same.
fn is_open(error: &CallError) -> bool {
    !error.is_aborted() && (error.may_have_arrived || error.meaning() == Some(Meaning::Conflict))
}

/// The record of this host that decides where requests go, ours first.
async fn find(target: &Target<'_>, write: &RecordWrite) -> Result<Option<Record>, CallError> {
    let list = dns_records::list(&write.zone, RecordFilter::Name(&write.name));
    let records = target.api.read(target.client, &list).await?;
    let mut here: Vec<Record> =
        records.into_iter().filter(|record| matches!(record.record_type.as_str(), "A" | "AAAA" | "CNAME")).collect();
    let is_other = |record: &Record| record.comment.as_deref() != Some(write.comment.as_str());
    here.sort_by_key(is_other);
    Ok(here.into_iter().next())
}

fn appeared(write: &RecordWrite, record: &Record) -> Ended {
    let content = record.content.as_deref().unwrap_or_default();
    let message =
        format!("somebody else created a record for `{}` meanwhile: {} {content}", write.name, record.record_type);
    failed(
        Diagnostic::error(Code::ForeignRecord, message).with_help("run the same command again to see whose it is"),
        false,
    )
}

/// Changes a record in place: its id stays, so there is no moment without a record.
pub(super) async fn update(target: &Target<'_>, id: &str, write: &RecordWrite) -> Ended {
    let request = PatchRecord { zone_id: &write.zone, record_id: id, record: &body(write) };
    match target.api.call(target.client, &request).await {
        Ok(_) => done(),
        Err(error) => ended(&error),
    }
}

/// Deletes a record until it is gone by its id; gone already is as good.
pub(super) async fn delete(target: &Target<'_>, zone: &str, id: &str) -> Ended {
    let delete = DeleteRecord { zone_id: zone, record_id: id };
    gone::delete(target, &delete, &dns_records::read(zone, id)).await
}

fn body(write: &RecordWrite) -> RecordBody {
    RecordBody {
        record_type: Some(write.content.record_type.clone()),
        name: Some(write.name.clone()),
        content: Some(write.content.content.clone()),
        ttl: Some(1),
        proxied: Some(true),
        comment: Some(write.comment.clone()),
    }
}
