//! Plays one case of one deployer and says what is wrong with it.

use std::rc::Rc;

use cfworker_deploy::diagnostic::Code;
use cfworker_deploy::error::Exit;

use crate::account::{Account, Consumer};
use crate::case::{Case, Deployer, Verb};
use crate::fault::{Fault, Kind, LAG_US};
use crate::stage::{Ended, Failure, Play, is_blind};
use crate::truth::Truth;
use crate::verdict::Verdict;
use crate::{kinds, race, seen::Seen, things, verdict as verdicts};

/// Plays a case of one deployer.
pub fn play(case: &Case) -> Result<Seen, Failure> {
    let mut play = Play::start(case);
    let deployer = case.deployer;
    let before = play.account();
    let verdict = Truth::of(&before, &deployer).verdict();
    let mut seen = Seen::of(&before, &deployer);
    let mut protected = Truth::of(&before, &deployer).protected();
    // Whoever waits for the quota to be renewed knows more afterwards.
    let is_quick = case.faults.is_empty() && case.switches.quota_left == 0;
    if is_quick && deployer.verb == Verb::Apply && deployer.wanted.described().next().is_some() {
        play.plans_alike(&deployer);
    }
    let run = play.runs();
    let ended = play.run(&deployer, &case.faults);
    play.hides(&ended);
    if is_blind(case) {
        seen.kept_unseen += u32::from(ended.tells(Code::Unseen));
        seen.stale_lists += play.world.watch.borrow().stale_lists;
        if verdict == Verdict::Goes {
            told_truly(&mut play, run, &ended, case);
        }
        // What was written before is in every list by now.
        play.world.pass(LAG_US);
        race::converges(&mut play, &deployer);
        seen.met(&play.world.watch.borrow(), run);
        seen.kinds = kinds::counts(case, &play.world.watch.borrow(), run, false);
        return play.end(seen);
    }
    match &verdict {
        Verdict::Refused(reasons) => refused(&mut play, &before, run, &ended, reasons, case),
        Verdict::Maybe => {
            let stays = !matches!(ended.exit(), Some(Exit::Done)) && play.effects(run).1 == 0;
            if !stays {
                again(&mut play, &before, &deployer, &ended, case, false);
            }
        }
        Verdict::InUse => {
            for consumer in in_use(&mut play, run, &ended, case) {
                protected.remove(&consumer);
            }
        }
        Verdict::Stuck => stuck(&mut play, run, &ended, case),
        Verdict::Goes => {
            told_truly(&mut play, run, &ended, case);
            again(&mut play, &before, &deployer, &ended, case, true);
        }
    }
    seen.met(&play.world.watch.borrow(), run);
    seen.kinds = kinds::counts(case, &play.world.watch.borrow(), run, false);
    let after = play.account();
    let now = things::now(&after, &protected);
    play.must(now == protected, || "foreign: something of somebody else is not as it was".into());
    play.end(seen)
}

/// A run that must stop before its first write.
fn refused(play: &mut Play, before: &Account, run: usize, ended: &Ended, reasons: &[String], case: &Case) {
    let (writes, _) = play.effects(run);
    play.must(writes == 0, || format!("{writes} writes although it must stop: {}", reasons.join("; ")));
    let exit = ended.exit();
    if reasons == [verdicts::ANOTHER_PLAN] && exit == Some(Exit::Done) {
        return play.settled(before, &case.deployer, false);
    }
    play.must(exit != Some(Exit::Done), || format!("ends well although it must stop: {}", reasons.join("; ")));
    if case.faults.is_empty() {
        let is_wrong = reasons.iter().any(|reason| reason.starts_with(verdicts::WRONG));
        let fits = matches!(exit, Some(Exit::Conflict | Exit::Failed)) || (is_wrong && exit == Some(Exit::BadManifest));
        play.must(fits, || format!("ends with {exit:?} although it must stop: {}", reasons.join("; ")));
    }
}

/// A run that a database stops: it says so, and once the file is corrected one more run does what is left.
fn stuck(play: &mut Play, run: usize, ended: &Ended, case: &Case) {
    play.must(ended.exit() != Some(Exit::Done), || "ends well although a file is refused".into());
    let says = ended.tells(Code::MigrationFailed) || !case.faults.is_empty() || case.switches.quota_left > 0;
    play.must(says, || format!("does not say that a file was refused: {}", ended.told()));
    adds_up(play, run, ended);
    let mut corrected = case.deployer;
    corrected.wanted.stores.iter_mut().flatten().for_each(|described| described.broken = false);
    race::converges(play, &corrected);
}

/// A run that is to delete what is in use: it says so, keeps it, and ends well once others let go of it. Gives the consumers
/// that they took away.
fn in_use(play: &mut Play, run: usize, ended: &Ended, case: &Case) -> Vec<String> {
    play.must(ended.exit() != Some(Exit::Done), || "ends well although something can't be deleted".into());
    adds_up(play, run, ended);
    let before = play.account();
    let truth = Truth::of(&before, &case.deployer);
    let gone = truth.consumer_removals(true);
    let deleted: Vec<_> =
        truth.stores().filter(|store| truth.deletes_store(store)).filter_map(|store| store.live).collect();
    play.must(!deleted.is_empty(), || "what is in use was deleted".into());
    let foreign =
        |consumer: &&Consumer| deleted.iter().any(|queue| queue.id == consumer.queue) && !gone.contains(&consumer.id);
    let let_go: Vec<String> = before.consumers.iter().filter(foreign).map(|consumer| consumer.id.clone()).collect();
    {
        let account = &mut play.world.watch.borrow_mut().account;
        account.stores.iter_mut().for_each(|store| Rc::make_mut(store).is_full = false);
        account.consumers.retain(|consumer| !let_go.contains(&consumer.id));
        account.note(play.world.now_us());
    }
    again(play, &play.account(), &case.deployer, ended, case, true);
    let_go
}

/// What a run says of itself is so.
fn told_truly(play: &mut Play, run: usize, ended: &Ended, case: &Case) {
    let heals = heals(case);
    let exit = ended.exit();
    play.must(!heals || exit == Some(Exit::Done), || format!("{} instead of getting over it", ended.told()));
    adds_up(play, run, ended);
}

/// How it ends fits to what it changed.
fn adds_up(play: &mut Play, run: usize, ended: &Ended) {
    let Ended::Failed(error) = ended else { return };
    let (_, effects) = play.effects(run);
    let told = format!("done {:?}, not done {:?}, unknown {:?}", error.done, error.not_done, error.unknown);
    let interrupted = error.exit_code == Exit::Interrupted;
    if effects > 0 {
        let partial = error.exit_code == Exit::Partial || interrupted;
        play.must(partial, || format!("ends with {:?} after {effects} changes: {told}", error.exit_code));
    } else if error.unknown.is_empty() && error.done.is_empty() {
        play.must(error.exit_code != Exit::Partial, || format!("says partial, and nothing was changed: {told}"));
    }
}

/// The longest outage that every run must get over, in seconds: beyond it chance decides when the last look is.
const LONGEST_OUTAGE_S: u32 = 75;

/// How long a throttling is over at most before it is noticed, in seconds.
const LONGEST_PAUSE_S: u32 = 30;

/// Whether the same run must get over these faults.
fn heals(case: &Case) -> bool {
    let waits = |fault: &&Fault| matches!(fault.kind, Kind::Blocked | Kind::Late | Kind::Silent | Kind::ThrottledFor);
    let blocked = case.faults.iter().any(|fault| fault.kind == Kind::Blocked);
    // Two long waits are more than the ten minutes of a run, or than the six of a request.
    let waits = case.faults.iter().filter(waits).count();
    // What follows an outage at once makes it a longer one: it is waited out up to a minute and a half.
    let outage: u32 = case.faults.iter().map(|fault| fault.prolongs_s()).sum();
    // Whoever was told to send less looks later whether that is over, and meets the next outage then.
    let throttlings = case.faults.iter().filter(|fault| fault.kind.throttles()).count() as u32;
    let outage = outage + if case.faults.len() > 1 { throttlings * LONGEST_PAUSE_S } else { 0 };
    let is_outage = case.faults.iter().any(|fault| fault.kind.is_outage());
    let long = (blocked && waits > 1) || (!case.faults.is_empty() && case.switches.quota_left > 0);
    case.faults.iter().all(|fault| fault.kind.heals()) && !long && !(is_outage && outage > LONGEST_OUTAGE_S)
}

/// Once the faults stop, one more run does what is left; then nothing is.
fn again(play: &mut Play, before: &Account, deployer: &Deployer, ended: &Ended, case: &Case, must: bool) {
    if !case.faults.is_empty() || ended.exit() != Some(Exit::Done) {
        let ended = play.run(deployer, &[]);
        let exit = ended.exit();
        if exit != Some(Exit::Done) {
            play.must(!must, || format!("the next run {}", ended.told()));
            return;
        }
    }
    play.settled(before, deployer, case.faults.is_empty());
}
