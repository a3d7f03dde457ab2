//! What documents of all kinds say of themselves: account and identity.

use crate::diagnostic::{Code, Diagnostic};
use crate::model::Identity;

use super::ReadOptions;
use super::kind::Reading;
use super::names;
use super::path::Path;
use super::quote::quote;
use super::schema::Metadata;
use super::text::filled;

/// Who a document says that it is.
pub struct Envelope<'a> {
    /// `metadata`.
    pub metadata: Option<&'a Metadata>,
    /// `spec.account_id`.
    pub account_id: Option<&'a str>,
    /// Name in `spec`, which counts where `metadata.name` is empty.
    pub name: Option<&'a str>,
}

impl Envelope<'_> {
    /// The account of the document, or of the run.
    pub(crate) fn account(&self, options: &ReadOptions) -> Option<String> {
        names::account_id(self.account_id.or(options.account_id.as_deref())?).ok()
    }

    /// Who it is, as far as that can be read.
    pub fn identity(&self, options: &ReadOptions) -> Option<Identity> {
        let metadata = self.metadata?;
        let text = |text| filled(text).unwrap_or_default().to_owned();
        Some(Identity {
            account: self.account(options)?,
            org: text(&metadata.org),
            env: text(&metadata.env),
            name: filled(&metadata.name).or(self.name)?.to_owned(),
        })
    }

    /// Tells what is wrong with account and names.
    pub fn check(&self, reading: &mut Reading<'_, '_>) {
        self.check_account(reading);
        self.check_names(reading);
    }

    fn check_account(&self, reading: &mut Reading<'_, '_>) {
        let path = Path::default().key("spec").key("account_id");
        let outcome = match (self.account_id, &reading.options.account_id) {
            (Some(id), _) => names::account_id(id),
            (None, Some(of_run)) => names::account_id(of_run).map_err(of_the_run),
            (None, None) => {
                let finding = Diagnostic::error(Code::AccountUnknown, "no account is named");
                Err(finding.with_help("add `spec.account_id`, or set CLOUDFLARE_ACCOUNT_ID"))
            }
        };
        if let Err(finding) = outcome {
            reading.tell(&path, finding);
        }
    }

    fn check_names(&self, reading: &mut Reading<'_, '_>) {
        let Some(metadata) = self.metadata else { return };
        for (key, value) in [("name", &metadata.name), ("org", &metadata.org), ("env", &metadata.env)] {
            let value = filled(value).unwrap_or_default();
            if value.contains('/') || value.contains(char::is_control) {
                let finding =
                    Diagnostic::error(Code::Identity, format!("{} can't be part of an identity", quote(value)));
                let path = Path::default().key("metadata").key(key);
                reading.tell(&path, finding.with_help("leave out `/` and line breaks"));
            }
        }
    }
}

/// The manifest is right; what the run says is not.
fn of_the_run(finding: Diagnostic) -> Diagnostic {
    finding.with_help("the run names this account, by CLOUDFLARE_ACCOUNT_ID or an option")
}
