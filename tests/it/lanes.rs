//! Many cases of one test at the same time.

use std::sync::Mutex;

/// Each case is work and waiting: a few of them at once.
pub fn side_by_side<T: Copy + Sync>(cases: &[T], check: impl Fn(T) + Sync) {
    in_lanes(3, cases, check);
}

/// Each case is hardly anything but waiting: many of them at once.
pub fn waiting<T: Copy + Sync>(cases: &[T], check: impl Fn(T) + Sync) {
    in_lanes(16, cases, check);
}

fn in_lanes<T: Copy + Sync>(lanes: usize, cases: &[T], check: impl Fn(T) + Sync) {
    let next = Mutex::new(cases.iter());
    std::thread::scope(|threads| {
        for _ in 0..lanes {
            threads.spawn(|| {
                while let Some(case) = { next.lock().unwrap().next().copied() } {
                    check(case);
                }
            });
        }
    });
}
