//! Cron schedules of a Worker: one list, which is written whole.
//!
//! <https://developers.cloudflare.com/api/resources/workers/subresources/scripts/subresources/schedules/>

use serde::Deserialize;
use serde_json::json;

use super::accepted::{Accepted, FromResult};
use super::call::Call;
use super::envelope::or_default;
use super::error::Family;
use super::permissions;
use super::read::ReadOf;
use crate::http::Method;

/// `GET …/scripts/{script}/schedules`.
pub fn list(account_id: &str, script: &str) -> ReadOf<ScheduleList> {
    let subject = format!("cron schedules of `{script}`");
    ReadOf::new((Family::Workers, permissions::SCRIPTS), &path(account_id, script), subject).or_absent()
}

/// `PUT …/scripts/{script}/schedules`: in place of all that are there.
pub fn put(account_id: &str, script: &str, crons: &[String]) -> Call {
    let body: Vec<_> = crons.iter().map(|cron| json!({ "cron": cron })).collect();
    let call = Call::new((Family::Workers, permissions::SCRIPTS), Method::Put, &path(account_id, script));
    Call { body: json!(body), ..call }.answered_by::<ScheduleList>()
}

/// The schedules of a Worker, as they were when Cloudflare answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScheduleList {
    /// What each says, in the order of the answer.
    pub crons: Vec<String>,
    /// Seconds since the epoch by Cloudflare's clock; absent where the answer has no date that can be read.
    pub read_at: Option<u64>,
}

#[derive(Default, Deserialize)]
struct Listed {
    #[serde(default, deserialize_with = "or_default")]
    schedules: Vec<Schedule>,
}

#[derive(Deserialize)]
struct Schedule {
    cron: String,
}

impl FromResult for ScheduleList {
    fn from_result(accepted: Accepted) -> Result<Self, String> {
        let read_at = accepted.answered_at;
        let listed: Listed = accepted.required()?;
        Ok(Self { crons: listed.schedules.into_iter().map(|schedule| schedule.cron).collect(), read_at })
    }
}

fn path<'a>(account_id: &'a str, script: &'a str) -> [&'a str; 6] {
    ["accounts", account_id, "workers", "scripts", script, "schedules"]
}
