//! Gives requests to versions that are there: to one, or to two by shares.
//!
//! Nothing in the API compares and sets. So the Worker's deployments are read right before: what the plan did not see is
//! somebody else's work, and is left alone. They are read once more after it, which tells what came in between.

use std::rc::Rc;

use serde_json::{Value, json};

use crate::cloudflare::deployments::{self, Deployment, Deployments};
use crate::cloudflare::{Heard, Turn};
use crate::diagnostic::{Code, Diagnostic};
use crate::http::{CallError, Meaning};
use crate::kinds::worker::subject::Subject;
use crate::kinds::worker::watch::{deployed, gone};
use crate::model::Output;
use crate::resource::{AtHand, Ended, Made, Next, Procedure};

/// How often it is sent after answers that left it open.
const TRIES: usize = 6;

/// A version with its share of a hundred.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) enum Share {
    /// One that is there.
    Of(String, f64),
    /// One that this run uploads.
    Late(Output, f64),
}

/// A deployment.
#[derive(Debug)]
pub(in super::super) struct Deploying {
    pub subject: Subject,
    pub shares: Vec<Share>,
    /// The versions have other secrets than those that get requests, and that was told.
    pub force: bool,
    /// What is said of it, for people.
    pub message: String,
}

impl Procedure for Deploying {
    fn shown(&self) -> Value {
        let shares = self.shares.iter().map(|share| match share {
            Share::Of(id, percentage) => json!({ "version": id, "percentage": percentage }),
            Share::Late(output, percentage) => json!({ "version": output, "percentage": percentage }),
        });
        json!({ "versions": shares.collect::<Vec<_>>(), "force": self.force })
    }

    fn next(&self, heard: &Heard, at_hand: AtHand<'_>) -> Next {
        let Some(shares) = self.known(at_hand) else {
            let finding = Diagnostic::error(Code::Internal, "the version to deploy is not known");
            return Next::End(Ended::refused(finding));
        };
        let shares = shares.as_slice();
        let read = self.subject.deployments();
        match heard.turns() {
            [] | [.., Turn::Paused | Turn::Told] => Next::Read(vec![read.into()]),
            [.., Turn::Replies(_)] => match heard.get(&read) {
                Some(Ok(found)) => self.looked(heard, shares, &found, at_hand),
                // After an accepted deployment the look alone failed: it says nothing.
                Some(Err(_)) if matches!(heard.sent(), Some(Ok(_))) => self.done(shares, None),
                Some(Err(error)) => Next::End(match heard.sent() {
                    Some(Err(sent)) => Ended::from(sent),
                    _ => Ended::from(error),
                }),
                None => Next::Read(vec![read.into()]),
            },
            [.., Turn::Sent(Ok(_))] => Next::Read(vec![read.into()]),
            [.., Turn::Sent(Err(error))] => self.failed(error),
        }
    }
}

impl Deploying {
    fn known(&self, at_hand: AtHand<'_>) -> Option<Vec<(String, f64)>> {
        let known = |share: &Share| match share {
            Share::Of(id, percentage) => Some((id.clone(), *percentage)),
            Share::Late(output, percentage) => Some(((at_hand.late)(output)?, *percentage)),
        };
        self.shares.iter().map(known).collect()
    }

    /// What the newest look says.
    fn looked(&self, heard: &Heard, shares: &[(String, f64)], found: &Rc<Deployments>, at_hand: AtHand<'_>) -> Next {
        let is_wanted = |deployment: &Deployment| is(deployment, shares);
        let is_planned = |deployment: &&Deployment| self.subject.deployment.as_ref() == Some(&deployment.id);
        let newest = found.deployments.first();
        let was_sent = heard.sent().is_some();
        if newest.is_some_and(is_wanted) {
            // Below it there is only what the plan saw, or somebody deployed between the look and the write.
            let below = found.deployments.iter().find(|deployment| !is_wanted(deployment));
            let between = below.filter(|_| was_sent).filter(|below| !is_planned(below));
            return self.done(shares, between.map(|between| deployed(&self.subject, between)));
        }
        let is_as_planned = match newest {
            Some(newest) => is_planned(&newest),
            None => self.subject.deployment.is_none(),
        };
        match heard.sent() {
            // An accepted one that the list does not show: it lags behind, or somebody deployed since.
            Some(Ok(_)) if is_as_planned => self.done(shares, None),
            Some(Ok(_)) => self.done(shares, newest.map(|newest| deployed(&self.subject, newest))),
            None | Some(Err(_)) if !is_as_planned => {
                let finding = newest.map_or_else(|| gone(&self.subject), |newest| deployed(&self.subject, newest));
                Next::End(Ended::refused(finding))
            }
            Some(Err(error)) if sent_so_far(heard) >= TRIES => Next::End(Ended::from(error)),
            None | Some(Err(_)) => self.send(shares, at_hand),
        }
    }

    fn send(&self, shares: &[(String, f64)], at_hand: AtHand<'_>) -> Next {
        let Subject { account, script, .. } = &self.subject;
        let message = format!("{}: {}", at_hand.signature, self.message);
        Next::Send(Box::new(deployments::create(account, script, shares, self.force, &message)))
    }

    /// An answer that leaves it open asks for a look: what was sent may have taken effect.
    fn failed(&self, error: &CallError) -> Next {
        if error.code() == Some(deployments::SECRETS_CHANGED) {
            let help = "its secrets changed since the plan was made: look at the new plan, which tells them";
            return Next::End(Ended::refused(error.diagnostic().with_help(help)));
        }
        // A version that was just uploaded may not be known everywhere yet.
        let is_fresh = self.shares.iter().any(|share| matches!(share, Share::Late(..)));
        let is_late = is_fresh && matches!(error.meaning(), Some(Meaning::Absent | Meaning::MissingTarget));
        let is_open = !error.is_aborted() && (error.may_have_arrived || is_late);
        match is_open {
            true => Next::Pause { why: None, milliseconds: 500.0 },
            false => Next::End(Ended::from(error)),
        }
    }

    fn done(&self, shares: &[(String, f64)], raced: Option<Diagnostic>) -> Next {
        let version = shares.first().map(|(id, _)| ("version", id.clone()));
        Next::End(Ended::Done(Made {
            outputs: version.into_iter().collect(),
            raced: raced.into_iter().collect(),
            ..Made::default()
        }))
    }
}

/// Whether a deployment gives requests to just these versions.
fn is(deployment: &Deployment, shares: &[(String, f64)]) -> bool {
    let has = |(id, percentage): &(String, f64)| {
        let mut its = deployment.versions.iter().filter(|share| share.version_id == *id);
        its.next().is_some_and(|share| (share.percentage - percentage).abs() < 0.005)
    };
    deployment.versions.len() == shares.len() && shares.iter().all(has)
}

fn sent_so_far(heard: &Heard) -> usize {
    heard.turns().iter().filter(|turn| matches!(turn, Turn::Sent(_))).count()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::from_value;

    use super::*;
    use crate::cloudflare::Reply;
    use crate::http::CallErrorKind;
    use crate::model::Address;

    const WANTED: &str = "18f97339-c287-4872-9bdd-e2135c07ec12";

    fn deploying() -> Deploying {
        Deploying {
            subject: Subject {
                account: "a".into(),
                script: "shop".into(),
                deployment: Some("planned".into()),
                is_new: false,
            },
            shares: vec![Share::Of(WANTED.into(), 100.0)],
            force: false,
            message: "went back to version 1".into(),
        }
    }

    /// A look that found these deployments, newest first: each with its id and its version.
    fn look(deployments: &[(&str, &str)]) -> Turn {
        let told = deployments.iter().map(|(id, version)| {
            json!({ "id": id, "author_email": "ann@example.com", "versions": [{ "version_id": version, "percentage": 100 }] })
        });
        let list: Deployments = from_value(json!({ "deployments": told.collect::<Vec<_>>() })).expect("a list");
        Turn::Replies(vec![(deploying().subject.deployments().into(), Ok(Reply::Found(Rc::new(list))))])
    }

    fn lost() -> Turn {
        let kind = CallErrorKind::Unanswered { reason: "reset".into() };
        Turn::Sent(Err(CallError { target: "POST deployments".into(), tries: 1, may_have_arrived: true, kind }))
    }

    fn next(turns: Vec<Turn>) -> Next {
        let mut heard = Heard::default();
        turns.into_iter().for_each(|turn| heard.add(turn));
        let (address, secrets) = (Address::script("shop"), BTreeMap::new());
        let at_hand = AtHand { address: &address, late: &|_| None, signature: "run", code: None, secrets: &secrets };
        deploying().next(&heard, at_hand)
    }

    /// What somebody else did, as the end tells it; nothing where all is as it should be.
    fn ended(turns: Vec<Turn>) -> Result<Vec<Code>, Code> {
        match next(turns) {
            Next::End(Ended::Done(made)) => Ok(made.raced.iter().map(|finding| finding.code).collect()),
            Next::End(Ended::Failed { finding, .. }) => Err(finding.code),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn it_is_sent_only_where_what_gets_requests_is_what_the_plan_saw() {
        assert!(matches!(next(Vec::new()), Next::Read(_)));
        assert!(matches!(next(vec![look(&[("planned", "v2")])]), Next::Send(_)));
        assert_eq!(ended(vec![look(&[("theirs", "v3"), ("planned", "v2")])]), Err(Code::Raced));
        assert_eq!(ended(vec![look(&[])]), Err(Code::Raced), "the Worker was made anew");
    }

    #[test]
    fn what_is_as_wanted_already_is_not_sent_again() {
        assert_eq!(ended(vec![look(&[("theirs", WANTED), ("planned", "v2")])]), Ok(Vec::new()));
    }

    #[test]
    fn after_a_lost_answer_a_look_tells_whether_it_took_effect() {
        let before = || vec![look(&[("planned", "v2")]), lost()];
        assert!(matches!(next(before()), Next::Pause { .. }));
        let then = |turn: Turn| before().into_iter().chain([Turn::Paused, turn]).collect::<Vec<_>>();
        assert_eq!(ended(then(look(&[("ours", WANTED), ("planned", "v2")]))), Ok(Vec::new()));
        assert!(matches!(next(then(look(&[("planned", "v2")]))), Next::Send(_)));
        assert_eq!(ended(then(look(&[("theirs", "v3"), ("planned", "v2")]))), Err(Code::Raced));
    }

    #[test]
    fn it_is_not_sent_for_ever() {
        let mut turns = vec![look(&[("planned", "v2")])];
        for _ in 0..TRIES {
            turns.extend([lost(), Turn::Paused, look(&[("planned", "v2")])]);
        }
        assert!(matches!(next(turns), Next::End(Ended::Failed { unknown: true, .. })));
    }

    #[test]
    fn what_somebody_deployed_between_the_look_and_the_write_is_told() {
        let sent = |found: Turn| vec![look(&[("planned", "v2")]), Turn::Sent(Ok(json!({ "id": "ours" }))), found];
        let twice = [("ours", WANTED), ("ours", WANTED), ("planned", "v2")];
        assert_eq!(ended(sent(look(&twice))), Ok(Vec::new()));
        let between = [("ours", WANTED), ("theirs", "v3"), ("planned", "v2")];
        assert_eq!(ended(sent(look(&between))), Ok(vec![Code::Raced]));
        let above = [("theirs", "v3"), ("ours", WANTED), ("planned", "v2")];
        assert_eq!(ended(sent(look(&above))), Ok(vec![Code::Raced]));
        assert_eq!(ended(sent(look(&[("planned", "v2")]))), Ok(Vec::new()), "a list that lags behind");
    }
}
