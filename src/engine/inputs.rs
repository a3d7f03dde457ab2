//! Everything that a plan is made of. All of it is looked at before the run gives up: what is missing is told at once.

use futures_util::future::{join, join3};

use super::account::{self, Refreshed};
use super::bundles::{self, Bundles};
use super::failure::failure;
use super::findings::{all_placed, located, stop_on_error, told};
use super::reading::unread;
use super::secrets::Secrets;
use super::session::Session;
use super::sites::{self, Sites};
use super::{Options, files, r2_stores};
use crate::diagnostic::Diagnostic;
use crate::error::Error;
use crate::kinds;
use crate::manifest::Places;
use crate::resource::DesiredState;

/// All of it.
pub(super) struct Inputs {
    /// With values where references stood.
    pub desired: DesiredState,
    pub places: Places,
    pub secrets: Secrets,
    pub refreshed: Refreshed,
    pub bundles: Bundles,
    pub sites: Sites,
    /// What there is to say so far, none of it an error.
    pub diagnostics: Vec<Diagnostic>,
}

impl Inputs {
    /// Reads secrets, the account, the bundles, and files of documents that lie in R2.
    pub(super) async fn read(
        session: &Session<'_>,
        options: &Options,
        (mut desired, places): (DesiredState, Places),
        mut diagnostics: Vec<Diagnostic>,
    ) -> Result<Self, Error> {
        diagnostics.extend(unread(&desired, &places));
        let secrets = Secrets::read(session, options, &desired, &places, &mut diagnostics);

        let zones = account::find_zones(session, &desired, &options.outputs);
        let (zones, keys) = join(zones, r2_stores::keys(session, &desired)).await;
        let zones = told(zones.map_err(|failures| located(&places, failures)), &mut diagnostics);
        let keys = told(keys, &mut diagnostics);
        let (Some(zones), Some(keys)) = (zones, keys) else { return Err(failure(diagnostics)) };

        let live = account::refresh(session, &desired, zones, &options.outputs, options.prune);
        let opened = bundles::open(session, &desired, &keys);
        let in_r2 = join(files::read(session, &desired, &keys), sites::open(session, &desired, &keys));
        let (live, opened, (texts, sites)) = join3(live, opened, in_r2).await;
        let live = told(live.map_err(|failures| located(&places, failures)), &mut diagnostics);
        let opened = told(opened, &mut diagnostics);
        let of_files = texts.map_or_else(|findings| findings, |texts| kinds::give_files(&mut desired, texts));
        diagnostics.extend(all_placed(&places, of_files));
        let (sites, of_sites) = sites.map_or_else(|findings| (None, findings), |sites| (Some(sites), Vec::new()));
        diagnostics.extend(all_placed(&places, of_sites));
        diagnostics.extend(keys.findings.iter().cloned());
        let Some(mut refreshed) = live else { return Err(failure(diagnostics)) };

        // Which secrets are kept, the lists do not tell.
        let incomplete = secrets.incomplete(&desired);
        let completed = account::complete(session, &desired, &mut refreshed, incomplete).await;
        told(completed.map_err(|failures| located(&places, failures)), &mut diagnostics);
        diagnostics.extend(secrets.check(&desired, &refreshed.live));
        let open = kinds::resolve(&mut desired, &refreshed.live, &options.outputs, &refreshed.known);
        diagnostics.extend(all_placed(&places, open));
        stop_on_error(&diagnostics)?;
        let (Some(bundles), Some(sites)) = (opened, sites) else { return Err(failure(diagnostics)) };
        Ok(Self { desired, places, secrets, refreshed, bundles, sites, diagnostics })
    }
}
