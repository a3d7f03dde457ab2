//! Classes of Durable Objects, which an account lists for all its Workers.

use std::collections::BTreeMap;

use crate::cloudflare::durable_objects;
use crate::refresh::Known;
use crate::resource::classes::LiveClass;

/// Those of a Worker; nothing where nobody looked.
pub(super) fn of(account: &str, script: &str, known: &Known) -> Option<Vec<LiveClass>> {
    let read = durable_objects::list(account);
    let by_script = known.index(read.as_ref(), "script", |reply| {
        let mut by_script: BTreeMap<String, Vec<LiveClass>> = BTreeMap::new();
        for class in read.result(reply).unwrap_or_default().iter() {
            if let (Some(script), Some(name)) = (&class.script, &class.class) {
                let live = LiveClass { name: name.clone(), sqlite: class.use_sqlite };
                by_script.entry(script.clone()).or_default().push(live);
            }
        }
        by_script
    })?;
    Some(by_script.get(script).cloned().unwrap_or_default())
}
