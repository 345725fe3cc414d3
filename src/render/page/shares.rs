//! Lists that share the lines there are.

use crate::render::page::Page;
use crate::render::page::style::Ink;

/// A list of which so many rows are drawn as there is room for.
pub(crate) trait Costly {
    /// Lines that this row takes; `None` behind the last one.
    fn cost(&self, row: usize) -> Option<usize>;

    /// Lines between the title and the rows.
    fn around(&self) -> usize {
        0
    }
}

/// How many rows each list has in so many lines: turn by turn as long as there is room, so that none
/// pushes another out.
pub(crate) fn shares<const N: usize>(lists: [&dyn Costly; N], room: usize) -> [usize; N] {
    let drawn = lists.iter().filter(|list| list.cost(0).is_some());
    let mut left = room.saturating_sub(drawn.map(|list| AROUND + list.around()).sum());
    let mut shares = [0; N];
    loop {
        let before = left;
        for (share, list) in shares.iter_mut().zip(lists) {
            if let Some(cost) = list.cost(*share).filter(|cost| *cost <= left) {
                *share += 1;
                left -= cost;
            }
        }
        if left == before {
            return shares;
        }
    }
}

pub(crate) fn head(title: &str, page: &mut Page) {
    page.blank();
    page.line(Ink::Strong, title);
}

/// Lines above a list: a blank one and its title.
const HEAD: usize = 2;
/// And the one below it that counts what is left out.
pub(crate) const AROUND: usize = HEAD + 1;
