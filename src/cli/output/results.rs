//! What a run came to: told to people and to files, and turned into the exit code.

use crate::cli::output::failed::failed;
use crate::cli::output::failure::{Exit, Failure};
use crate::cli::output::files::stored;
use crate::cli::output::reporting::Reports;
use crate::cli::process::streams::Streams;
use crate::model::outcome::{Line, Outcome, RunReport, Stopped};
use crate::model::untrusted::shown;
use crate::operations::last_look::Unseen;
use crate::operations::run::Done;
use crate::plan::Plan;
use crate::render;
use crate::render::formats::Reported;
use crate::render::page::style::Colour;
use crate::render::page::view::View;
use crate::render::run::text::LookedAt;

/// Draws the results and says how the run ended. `again`: the command that leads here.
///
/// # Errors
/// When stdout cannot be written: by then the snapshot holds everything.
pub(crate) fn tell(
    plan: &Plan,
    done: Done,
    looked_at: LookedAt<'_>,
    again: &str,
    reports: &Reports<'_>,
    colour: Colour,
    streams: &mut Streams<'_>,
) -> Result<Exit, Failure> {
    let Done { report, record, saved, unseen, lock: _lock } = done;
    let exit = exit(&report);
    let on_stdout = reports.people_on_stdout();
    let unseen = unseen.map(because);
    let looked_at = unseen.as_deref().map_or(looked_at, LookedAt::Nothing);
    let written = {
        let to: &mut dyn std::io::Write = if on_stdout { streams.out } else { streams.err };
        let view = View {
            full: false,
            by_person: false,
            next: (exit != Exit::Done).then_some(again),
            colour,
        };
        let (report, plan) = reports.told_run(&report, plan);
        render::run::text::run(&report, &plan, looked_at, view, to).and_then(|()| {
            // What could not be saved is no record; the error says what became of it.
            match &saved {
                Ok(()) => writeln!(to, "Record  {}", shown(&record.display().to_string())),
                Err(_) => writeln!(to, "Record  not complete, see below"),
            }
        })
    };
    let reported = reports.write(streams, Reported::Run(&report, plan));
    if let Err(error) = saved {
        stored(error).saved_too_late().draw(streams.err, Colour::Plain)?;
        return Ok(worse(exit));
    }
    match (written.map_err(Failure::from), reported) {
        (Ok(()), Ok(())) => Ok(exit),
        (Err(failure), _) | (_, Err(failure)) if failure.is_closed_pipe() => Ok(exit),
        (Err(failure), _) | (_, Err(failure)) => {
            failure.saved_too_late().draw(streams.err, Colour::Plain)?;
            Ok(worse(exit))
        }
    }
}

/// Why nobody knows what is left to do.
fn because(unseen: Unseen) -> String {
    match unseen {
        Unseen::SignInLost => "the sign-in was refused or lost".to_owned(),
        Unseen::Left => "the run was left at once".to_owned(),
        Unseen::Failed(error) => failed(error).title().to_string(),
    }
}

/// How a run with a simulated tenant ended: that the tenant could not be saved is told beside it, and
/// hides nothing of it.
///
/// # Errors
/// Those of the run.
pub(crate) fn kept(
    outcome: Result<Exit, Failure>,
    closed: Result<(), Failure>,
    streams: &mut Streams<'_>,
) -> Result<Exit, Failure> {
    let Err(failure) = closed else { return outcome };
    match outcome {
        Ok(exit) => {
            failure.saved_too_late().draw(streams.err, Colour::Plain)?;
            Ok(worse(exit))
        }
        // Nothing was sent, only the weather changed something.
        Err(ended) => {
            failure.draw(streams.err, Colour::Plain)?;
            Err(ended)
        }
    }
}

/// A report that could not be saved does not hide that the tenant is only partly done.
fn worse(exit: Exit) -> Exit {
    if exit == Exit::Done { Exit::Unsaved } else { exit }
}

/// Before the first write the run counts as declined or failed, after it as partly done.
pub(crate) fn exit(report: &RunReport) -> Exit {
    let untouched = report.writes_sent == 0;
    let all_settled = report.lines.iter().all(|line| line.outcome.settled());
    let unsure = |line: &Line| matches!(line.outcome, Outcome::Unsure { .. });
    match &report.stopped {
        Some(Stopped::Interrupted) if untouched => Exit::Declined,
        Some(Stopped::SignIn { .. }) if untouched => Exit::NoRight,
        Some(Stopped::Journal { .. } | Stopped::Blind { .. } | Stopped::LongPause { .. })
            if untouched =>
        {
            Exit::Unexpected
        }
        Some(_) => Exit::Partly,
        None if all_settled => match report.remaining {
            Some(0) => Exit::Done,
            _ => Exit::Unconfirmed,
        },
        None => {
            // What no answer accepted counts as done where the last look finds nothing left to do.
            let seen = report.remaining == Some(0);
            let confirmed = |line: &Line| seen || !line.outcome.is_in_doubt();
            let rest_settled = report
                .lines
                .iter()
                .all(|line| line.outcome.settled() || (unsure(line) && confirmed(line)));
            if rest_settled { Exit::Unconfirmed } else { Exit::Partly }
        }
    }
}
