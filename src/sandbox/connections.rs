//! Connections: so many at a time, none of them longer than its client has something to say.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, oneshot};

use crate::sandbox::http::{Shared, serve};

/// Most connections at a time. Others wait to be taken.
const MOST: usize = 256;
/// Between two attempts to take a connection, when the machine has no room for another.
const PAUSE: Duration = Duration::from_millis(100);
/// Head of a request that is read, in bytes. It is more than is taken, so that who sends too much is
/// told.
const LARGEST_HEAD: usize = 512 * 1024;
const MOST_HEADERS: usize = 1_000;

/// Takes connections until the word comes, and gives answers under way the time to leave.
pub(super) async fn take(
    listener: TcpListener,
    shared: Arc<Shared>,
    mut stop: oneshot::Receiver<()>,
) {
    let places = Arc::new(Semaphore::new(MOST));
    let graceful = GracefulShutdown::new();
    loop {
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, taken) = tokio::select! {
            // A dropped sender means the same as a sent word.
            _ = &mut stop => break,
            next = next => next,
        };
        let Ok((stream, _)) = taken else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        let (shared, watcher) = (Arc::clone(&shared), graceful.watcher());
        tokio::spawn(async move {
            converse(stream, shared, watcher).await;
            drop(place);
        });
    }
    drop(listener);
    graceful.shutdown().await;
}

async fn converse(stream: TcpStream, shared: Arc<Shared>, watcher: Watcher) {
    let Some(secure) = &shared.secure else { return speak(stream, shared, watcher).await };
    let handshake = tokio::time::timeout(shared.patience, secure.accept(stream)).await;
    // Who does not trust the certificate breaks off.
    if let Ok(Ok(stream)) = handshake {
        speak(stream, shared, watcher).await;
    }
}

async fn speak<S>(stream: S, shared: Arc<Shared>, watcher: Watcher)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let patience = shared.patience;
    let service = service_fn(move |request: Request<hyper::body::Incoming>| {
        let shared = Arc::clone(&shared);
        async move { Ok::<_, Infallible>(serve(shared, request.map(Body::new)).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience)
        .max_buf_size(LARGEST_HEAD)
        .max_headers(MOST_HEADERS)
        .serve_connection(TokioIo::new(stream), service);
    // A client that breaks off is nobody's fault here.
    drop(watcher.watch(connection).await);
}
