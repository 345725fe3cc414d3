//! A gate before the tenant: it can be closed at any request that writes, before or after the request
//! took effect; then no later write passes either, while reads always do. It watches that nothing
//! comes that is not in the journal.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::Response;
use serde_json::Value;
use tokio::sync::watch;

use crate::ledger::Sent;
use crate::world::World;

/// Longest time anything here is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// On which side of its effect a request is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Before,
    After,
}

pub struct Gate {
    url: String,
    shared: Arc<Shared>,
}

struct Shared {
    tenant: String,
    /// Where the client's journals are.
    journals: PathBuf,
    client: reqwest::Client,
    book: Mutex<Book>,
    open: watch::Sender<bool>,
}

#[derive(Default)]
struct Book {
    /// Requests so far that held a write.
    came: usize,
    close_at: Option<(usize, Side)>,
    closed: bool,
    /// Somebody stands before the closed gate.
    held: bool,
    /// Requests that were let through and have no answer yet.
    inside: usize,
    /// Writes so far.
    writes: BTreeMap<String, usize>,
    /// Writes that came before their line of the journal was on disk.
    unrecorded: Vec<String>,
}

impl Gate {
    /// Stands before the tenant of this world, whose client runs in its folder.
    pub fn before(world: &World) -> Self {
        let shared = Arc::new(Shared {
            tenant: world.tenant.url(),
            journals: world.folder().join(".consent/journal"),
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
            book: Mutex::default(),
            open: watch::channel(true).0,
        });
        let router = axum::Router::new().fallback(pass).with_state(Arc::clone(&shared));
        let address = world.runtime().block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            tokio::spawn(async { axum::serve(listener, router).await });
            address
        });
        Self { url: format!("http://{address}"), shared }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Closes at the request with this number among those that write, from 1.
    pub fn close_at(&self, number: usize, side: Side) {
        self.shared.book().close_at = Some((number, side));
        self.shared.open.send_replace(false);
    }

    /// Lets everybody through, those who wait as well.
    pub fn open(&self) {
        let mut book = self.shared.book();
        (book.closed, book.close_at) = (false, None);
        self.shared.open.send_replace(true);
    }

    /// Waits until somebody stands before the closed gate; false when the client ended first.
    pub fn wait_until_held(&self, client: &mut Child) -> bool {
        let begun = Instant::now();
        loop {
            if self.shared.book().held {
                return true;
            }
            if client.try_wait().unwrap().is_some() {
                return false;
            }
            assert!(begun.elapsed() < PATIENCE, "nobody came and nobody ended");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Waits until the tenant has dealt with everything that was let through.
    pub fn wait_until_quiet(&self) {
        let begun = Instant::now();
        while self.shared.book().inside > 0 {
            assert!(begun.elapsed() < PATIENCE, "the tenant does not answer");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Requests so far that held a write.
    pub fn came(&self) -> usize {
        self.shared.book().came
    }

    /// Nothing came before its line was on disk.
    #[track_caller]
    pub fn assert_recorded(&self) {
        let none: Vec<String> = Vec::new();
        assert_eq!(self.shared.book().unrecorded, none, "sent without a line in the journal");
    }
}

impl Shared {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap()
    }

    /// What to do with a request: keep it before its effect, let it through, keep its answer.
    fn admit(&self, writes: &[Sent]) -> Option<Side> {
        let mut book = self.book();
        if writes.is_empty() {
            book.inside += 1;
            return None;
        }
        let on_disk = recorded(&self.journals);
        for write in writes {
            let write = format!("{write:?}");
            let times = book.writes.entry(write.clone()).or_default();
            *times += 1;
            if *times > on_disk.get(&write).copied().unwrap_or_default() {
                book.unrecorded.push(write);
            }
        }
        book.came += 1;
        if book.closed {
            return Some(Side::Before);
        }
        let here = book.close_at.filter(|(number, _)| book.came == *number);
        let side = here.map(|(_, side)| side);
        book.closed = side.is_some();
        book.held |= side == Some(Side::Before);
        if side != Some(Side::Before) {
            book.inside += 1;
        }
        side
    }

    async fn until_open(&self) {
        let mut open = self.open.subscribe();
        open.wait_for(|open| *open).await.unwrap();
    }
}

/// The writes that a request holds.
fn writes(method: &Method, path: &str, body: &Value) -> Vec<Sent> {
    let item = |item: &Value| {
        let text = |name: &str| item[name].as_str().unwrap().to_owned();
        (text("method"), text("url"), item["body"].clone())
    };
    let all = match body["requests"].as_array() {
        Some(items) if path == "/$batch" => items.iter().map(item).collect(),
        _ => vec![(method.to_string(), path.to_owned(), body.clone())],
    };
    // Looking up many names at once is a read, although it is a POST.
    let reads = |(method, path, _): &Sent| method == "GET" || path.ends_with("/getByIds");
    all.into_iter().filter(|sent| !reads(sent)).collect()
}

/// How often each request is written down as going out, in all journals of the folder.
fn recorded(journals: &Path) -> BTreeMap<String, usize> {
    let mut all = BTreeMap::new();
    let files = std::fs::read_dir(journals).into_iter().flatten().flatten();
    for file in files {
        for line in std::fs::read_to_string(file.path()).unwrap().split_inclusive('\n') {
            let whole = line.ends_with('\n');
            let Ok(line) = serde_json::from_str::<Value>(line) else { continue };
            if whole && line["event"] == "sending" {
                let text = |name: &str| line["request"][name].as_str().unwrap().to_owned();
                let sent: Sent = (text("method"), text("path"), line["request"]["body"].clone());
                *all.entry(format!("{sent:?}")).or_default() += 1;
            }
        }
    }
    all
}

async fn pass(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = uri.to_string();
    let path = path.strip_prefix("/v1.0").unwrap_or(&path).to_owned();
    let json = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let side = shared.admit(&writes(&method, &path, &json));
    if side == Some(Side::Before) {
        // A client that dies meanwhile takes its request along.
        shared.until_open().await;
        shared.book().inside += 1;
    }
    // What is let through takes effect even when the client does not wait for it.
    let (through, url) = (Arc::clone(&shared), format!("{}{uri}", shared.tenant));
    let answer = tokio::spawn(async move {
        let request = through.client.request(method, url).headers(headers).body(body);
        let answer = request.send().await.unwrap();
        let (status, kept) = (answer.status(), answer.headers().clone());
        let bytes = answer.bytes().await.unwrap();
        through.book().inside -= 1;
        (status, kept, bytes)
    });
    let answer = answer.await.unwrap();
    if side == Some(Side::After) {
        shared.book().held = true;
        shared.until_open().await;
    }
    response(answer)
}

fn response((status, kept, bytes): (StatusCode, HeaderMap, Bytes)) -> Response {
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    for (name, value) in kept {
        if let Some(name) = name.filter(|n| n != header::TRANSFER_ENCODING) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
