//! What an earlier version is bound to, and whether that is still there: nothing brings it back.

use crate::binding::row::Member;
use crate::binding::table::row;
use crate::cloudflare::scripts::LiveBinding;
use crate::cloudflare::versions::Version;
use crate::cloudflare::{Look, Read, Reply};
use crate::kinds::findable::Findable;
use crate::kinds::worker::script_fields::path_of;
use crate::refresh::Known;

/// Which place a resource is in, where its name alone does not say it: such a one is not looked for.
const JURISDICTION: &str = "jurisdiction";

/// What a binding leads to.
struct Lead<'a> {
    binding: &'a LiveBinding,
    value: &'a str,
    kind: Findable,
    output: &'static str,
    /// The value is its name, not its id.
    by_name: bool,
}

/// What is asked about a version's bindings.
pub(super) fn reads(account: &str, version: &Version) -> Vec<Read> {
    leads(version).map(|lead| lead.look(account).read()).collect()
}

/// Paths of the bindings that lead to nothing any more. Where a look failed, nothing is said.
pub(super) fn gone(account: &str, version: &Version, known: &Known) -> Vec<String> {
    let gone = leads(version).filter(|lead| lead.is_gone(account, known));
    gone.map(|Lead { binding, .. }| path_of(&binding.binding_type, &binding.name)).collect()
}

fn leads(version: &Version) -> impl Iterator<Item = Lead<'_>> {
    version.resources.iter().flat_map(|resources| &resources.bindings).filter_map(|binding| {
        let member = row(&binding.binding_type)?.referring()?;
        let refers = member.refers?;
        let value = value_of(binding, member).filter(|_| binding.text(JURISDICTION).is_none())?;
        let kind = Findable::of(refers.kind)?;
        Some(Lead { binding, value, kind, output: refers.output, by_name: refers.by_name })
    })
}

fn value_of<'a>(binding: &'a LiveBinding, member: &Member) -> Option<&'a str> {
    member.names().find_map(|name| binding.text(name))
}

impl Lead<'_> {
    fn look(&self, account: &str) -> Look {
        self.kind.look(account, self.value, self.output)
    }

    fn is_gone(&self, account: &str, known: &Known) -> bool {
        let look = self.look(account);
        match known.reply(&look.read()) {
            Some(Reply::Absent) => true,
            Some(Reply::Hidden) | None => false,
            Some(reply) => !look.names(reply).into_iter().any(|(name, place)| {
                if self.by_name {
                    return look.name().is_none_or(|wanted| wanted == name);
                }
                let entry = look.entry(reply, place);
                let output = entry.and_then(|entry| self.kind.output(account, &name, self.output, &entry));
                output.as_deref() == Some(self.value)
            }),
        }
    }
}
