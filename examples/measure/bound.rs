//! The lower bound: round trips that have to follow each other, because the service hands out pages
//! of 999 rows and takes batches of 20 requests.

/// Rows of the largest page of a directory collection.
const PAGE: u32 = 999;
/// Requests of the largest batch.
const BATCH: u32 = 20;
/// Requests under way at the same time: the default of `--parallelism`.
const LANES: u32 = 4;
/// Lists that are read of each app: its delegated grants, its app roles.
const LISTS: u32 = 2;

/// Writes that the service takes at once, and those that it takes a second afterwards.
const QUOTA: (u32, u32) = (3_000, 20);

/// What no client can do without.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bound {
    /// Those that cannot be made side by side.
    pub(crate) round_trips: u32,
    /// Seconds until the service's quota takes the last write.
    pub(crate) quota: u32,
}

impl Bound {
    /// Of a plan of so many apps with so many one-user grants each, declared for one group.
    ///
    /// First the tenant says who it is, before anything else is asked of it. Then everything that is
    /// named is looked up in batches: the apps, the resource, the group. Then the members of the
    /// group and the lists of each app are read at the same time; every list is a chain of pages,
    /// and the first pages of twenty lists share a batch.
    pub(crate) fn of_plan(apps: u32, grants: u32) -> Self {
        let tenant = 1;
        let looked_up = lanes(apps + 2);
        let lists = lanes(LISTS * apps + 1);
        let later_pages = pages(grants) - 1;
        Self { round_trips: tenant + looked_up + lists + later_pages, quota: 0 }
    }

    /// Of an apply of so many new one-user grants of one app.
    ///
    /// It plans, as above, with an empty list of grants. Then it looks at the app and its grants
    /// again behind its lock. Then come the writes and the reads that prove them, twenty to a batch,
    /// four batches at a time; and at the end it looks at everything once more.
    pub(crate) fn of_apply(grants: u32, keeps_to_the_quota: bool) -> Self {
        let plan = Self::of_plan(1, grants).round_trips;
        let look_again = 2;
        let writes = lanes(grants);
        let proofs = lanes(grants);
        let last_look = 1 + pages(grants);
        let round_trips = plan + look_again + writes + proofs + last_look;
        let (at_once, a_second) = QUOTA;
        let quota = grants.saturating_sub(at_once) / a_second;
        Self { round_trips, quota: if keeps_to_the_quota { quota } else { 0 } }
    }
}

/// Round trips of so many requests, in full batches over all lanes.
fn lanes(requests: u32) -> u32 {
    requests.div_ceil(BATCH).div_ceil(LANES)
}

/// Pages of a list of so many rows. An empty list is one page.
fn pages(rows: u32) -> u32 {
    rows.div_ceil(PAGE).max(1)
}
