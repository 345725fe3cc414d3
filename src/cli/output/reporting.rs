//! Reports for programs and for places where people review: each goes where it was asked for, written bit by
//! bit.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::cli::input::args::{Global, PeopleInReports, Report, ReportArgs, Target};
use crate::cli::output::failure::{Exit, Failure};
use crate::cli::output::files::stored;
use crate::cli::output::live::LiveReport;
use crate::cli::process::env::Env;
use crate::cli::process::streams::Streams;
use crate::manifest::source::Sources;
use crate::model::clock::Clock;
use crate::model::finding::Findings;
use crate::model::outcome::RunReport;
use crate::operations::{Event, Tell};
use crate::plan::Plan;
use crate::plan::without_people::{WithoutPeople, without_mail};
use crate::render::formats::{Format, JSON, NDJSON, PartTo, ReportPart, Reported};
use crate::render::options::{COMMENT_BUDGET, PeopleTold, ReportOptions};
use crate::render::repository::Repository;
use crate::store::report_file;

/// Variables that say where a platform checked the repository out: GitHub, Azure Pipelines, GitLab.
const CHECKED_OUT: [&str; 3] = ["GITHUB_WORKSPACE", "BUILD_SOURCESDIRECTORY", "CI_PROJECT_DIR"];

/// The reports that a command writes.
pub(crate) struct Reports<'a> {
    all: Vec<Report>,
    options: ReportOptions,
    people: PeopleInReports,
    env: &'a Env,
    /// What was found wrong with the manifest.
    mistakes: Mutex<Option<(Findings, Sources)>>,
    /// Those that are written while a run goes on, by their place in `all`.
    live: OnceLock<BTreeMap<usize, LiveReport>>,
}

impl<'a> Reports<'a> {
    /// `--json` is `--report json=-`.
    ///
    /// # Errors
    /// When one is for a platform on which this does not run.
    pub(crate) fn asked(args: &ReportArgs, global: &Global, env: &'a Env) -> Result<Self, Failure> {
        let mut all = args.report.clone();
        if global.json {
            all.push(Report { format: &JSON, to: Target::Stdout });
        }
        for report in &all {
            let mut variables = report.format.variables();
            if let Some(absent) = variables.find(|name| env.var(name).is_none()) {
                return Err(elsewhere(report.format, absent));
            }
        }
        let root = CHECKED_OUT.into_iter().find_map(|name| env.var(name));
        let options = ReportOptions {
            comment_budget: args.comment_budget,
            people: match args.people {
                PeopleInReports::Show => PeopleTold::Named,
                PeopleInReports::Hide => PeopleTold::Counted,
            },
            repository: Repository::new(root, env.folder()),
        };
        Ok(Self {
            all,
            options,
            people: args.people,
            env,
            mistakes: Mutex::new(None),
            live: OnceLock::new(),
        })
    }

    /// None: a command that only draws a plan. With `--json` stdout is left to what it prints itself.
    pub(crate) fn for_people(global: &Global, env: &'a Env) -> Self {
        let stdout = global.json.then_some(Report { format: &JSON, to: Target::Stdout });
        Self {
            all: stdout.into_iter().collect(),
            options: ReportOptions {
                comment_budget: COMMENT_BUDGET,
                people: PeopleTold::Named,
                repository: Repository::new(None, env.folder()),
            },
            people: PeopleInReports::Show,
            env,
            mistakes: Mutex::new(None),
            live: OnceLock::new(),
        }
    }

    pub(crate) fn all(&self) -> &[Report] {
        &self.all
    }

    /// Whether stdout is left to people.
    pub(crate) fn people_on_stdout(&self) -> bool {
        self.all.iter().all(|report| report.to != Target::Stdout)
    }

    /// Keeps the mistakes of a manifest beside telling them.
    pub(crate) fn hearing<'t>(
        &'t self,
        tell: &'t Tell<'t>,
    ) -> impl Fn(Event<'_>) + Send + Sync + 't {
        move |event| {
            if let Event::Findings(findings, sources) = &event
                && findings.has_errors()
            {
                let mut kept = self.mistakes.lock().unwrap_or_else(PoisonError::into_inner);
                *kept = Some(((*findings).clone(), (*sources).clone()));
            }
            tell(event);
        }
    }

    /// Begins those that tell a run while it goes on.
    ///
    /// # Errors
    /// When one of them cannot be made: nothing was sent yet.
    pub(crate) fn begin(&self, plan: &Plan) -> Result<(), Failure> {
        let mut live = BTreeMap::new();
        for (at, report) in self.all.iter().enumerate() {
            if !std::ptr::eq(report.format, &raw const NDJSON) {
                continue;
            }
            let people = (self.people == PeopleInReports::Hide).then(|| WithoutPeople::of(plan));
            let begun = match &report.to {
                Target::File(path) => LiveReport::to_file(path, people).map_err(stored)?,
                Target::Stdout | Target::Platform => LiveReport::to_stdout(people),
            };
            begun.begin(plan, self.env.now());
            live.insert(at, begun);
        }
        // A command makes one run.
        drop(self.live.set(live));
        Ok(())
    }

    /// Tells them what happens, beside telling it.
    pub(crate) fn watching<'t>(
        &'t self,
        tell: &'t Tell<'t>,
    ) -> impl Fn(Event<'_>) + Send + Sync + 't {
        move |event| {
            if let Event::Progress(progress, now) = &event {
                let live = self.live.get().into_iter().flat_map(BTreeMap::values);
                live.for_each(|report| report.see(progress, *now, self.env.now()));
            }
            tell(event);
        }
    }

    /// Writes the reports.
    ///
    /// # Errors
    /// When one of them cannot be written.
    pub(crate) fn write(
        &self,
        streams: &mut Streams<'_>,
        reported: Reported<'_>,
    ) -> Result<(), Failure> {
        let write = |streams: &mut Streams<'_>, reported| {
            self.all.iter().enumerate().try_for_each(|(at, report)| {
                match (self.live.get().and_then(|live| live.get(&at)), &reported) {
                    (Some(live), Reported::Run(ran, plan)) => {
                        Ok(live.end(ran, plan, self.env.now())?)
                    }
                    _ => self.one(report, streams, &reported),
                }
            })
        };
        match reported {
            Reported::Plan(plan) => write(streams, Reported::Plan(&self.told(plan))),
            Reported::Run(report, plan) => {
                let (report, plan) = self.told_run(report, plan);
                write(streams, Reported::Run(&report, &plan))
            }
            Reported::Mistakes(..) => write(streams, reported),
        }
    }

    /// The plan as it may be told.
    pub(crate) fn told<'p>(&self, plan: &'p Plan) -> Cow<'p, Plan> {
        match self.people {
            PeopleInReports::Show => Cow::Borrowed(plan),
            PeopleInReports::Hide => Cow::Owned(WithoutPeople::of(plan).plan(plan)),
        }
    }

    /// The same of a run.
    pub(crate) fn told_run<'p>(
        &self,
        report: &'p RunReport,
        plan: &'p Plan,
    ) -> (Cow<'p, RunReport>, Cow<'p, Plan>) {
        match self.people {
            PeopleInReports::Show => (Cow::Borrowed(report), Cow::Borrowed(plan)),
            PeopleInReports::Hide => {
                let people = WithoutPeople::of(plan);
                (Cow::Owned(people.run(report)), Cow::Owned(people.plan(plan)))
            }
        }
    }

    /// Where a manifest has mistakes, those reports that can tell them.
    ///
    /// # Errors
    /// The failure itself; that a report could not be written is told below it.
    pub(crate) fn mistaken<T>(
        &self,
        made: Result<T, Failure>,
        streams: &mut Streams<'_>,
    ) -> Result<T, Failure> {
        let mistakes = self.mistakes.lock().unwrap_or_else(PoisonError::into_inner).take();
        let (Err(failure), Some((findings, sources))) = (&made, mistakes) else { return made };
        if failure.exit() != Exit::Invalid {
            return made;
        }
        let reported = Reported::Mistakes(&findings, &sources);
        for report in self.all.iter().filter(|report| report.format.tells_mistakes) {
            if let Err(unwritten) = self.one(report, streams, &reported) {
                let told = format!("its report was not written: {}", unwritten.title());
                return made.map_err(|failure| failure.detail(vec![told]));
            }
        }
        made
    }

    fn one(
        &self,
        report: &Report,
        streams: &mut Streams<'_>,
        reported: &Reported<'_>,
    ) -> Result<(), Failure> {
        report.format.parts.iter().try_for_each(|part| self.part(report, part, streams, reported))
    }

    fn part(
        &self,
        report: &Report,
        part: &ReportPart,
        streams: &mut Streams<'_>,
        reported: &Reported<'_>,
    ) -> Result<(), Failure> {
        let ReportPart { to, draw } = part;
        let content = |out: &mut dyn Write| match (self.people, reported) {
            // The words of mistakes are about what people wrote, and name whom they seem to mean.
            (PeopleInReports::Hide, Reported::Mistakes(..)) => {
                let mut text = Vec::new();
                draw(reported, &self.options, &mut text)?;
                out.write_all(without_mail(&String::from_utf8_lossy(&text)).as_bytes())
            }
            (PeopleInReports::Show | PeopleInReports::Hide, _) => {
                draw(reported, &self.options, out)
            }
        };
        match (to, &report.to) {
            (PartTo::Named, Target::File(path)) => {
                report_file::write(path, &content).map_err(stored)
            }
            (PartTo::Beside(ending), Target::File(path)) => {
                report_file::write(&path.with_extension(ending), &content).map_err(stored)
            }
            (PartTo::Named, _) => Ok(content(streams.out)?),
            // What goes to stdout has nothing beside it.
            (PartTo::Beside(_), _) => Ok(()),
            (PartTo::Commands, _) => Ok(content(self.for_commands(streams))?),
            (PartTo::Appended(variable), _) => {
                report_file::append(Path::new(self.variable(variable)), &content).map_err(stored)
            }
            (PartTo::Handed { folder, ending, command }, _) => {
                let name = format!("{}.{ending}", reported.file_name());
                let path = PathBuf::from(self.variable(folder)).join(name);
                report_file::write(&path, &content).map_err(stored)?;
                let command = command(&path.display().to_string());
                Ok(writeln!(self.for_commands(streams), "{command}")?)
            }
        }
    }

    /// Platforms read commands from both streams: where stdout holds a report, nothing else goes there.
    fn for_commands<'s>(&self, streams: &'s mut Streams<'_>) -> &'s mut (dyn Write + Send) {
        if self.people_on_stdout() { streams.out } else { streams.err }
    }

    fn variable(&self, name: &str) -> &str {
        self.env.var(name).unwrap_or_default()
    }
}

fn elsewhere(format: &Format, absent: &str) -> Failure {
    let name = format.name;
    let title =
        format!("--report {name} is for a job of its platform, and {absent} is not set here");
    Failure::new(Exit::Invalid, "no_platform", title)
        .help("elsewhere write the same to a file: --report markdown=FILE")
}
