//! Connections: so many at a time, none of them longer than its client has something to say.

use std::convert::Infallible;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use futures_util::StreamExt as _;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, oneshot};

use crate::kinds::simulated::Refused;
use crate::kinds::simulated::call::unreadable;
use crate::sandbox::http::{Shared, serve};

/// Most connections at a time. Others wait to be taken.
const MOST: usize = 256;
/// Between two attempts to take a connection, when the machine has no room for another.
const PAUSE: Duration = Duration::from_millis(100);
/// Head of a request that is read, in bytes. It is more than is taken, so that who sends too much is
/// told.
const LARGEST_HEAD: usize = 512 * 1024;
const MOST_HEADERS: usize = 1_000;
/// Largest body that is taken, in bytes. Microsoft Graph takes 4 MB.
const LARGEST_BODY: usize = 4 * 1024 * 1024;
/// A larger body is read up to here, so that its client reads the answer: no further.
const LARGEST_READ: usize = 16 * LARGEST_BODY;

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

/// The whole body.
///
/// # Errors
/// With the answer for a body that is too large, broken or too slow.
pub(super) async fn body(body: Body, patience: Duration) -> Result<Bytes, Refused> {
    tokio::time::timeout(patience, read(body)).await.unwrap_or_else(|_| {
        Err(Refused::new(408, "RequestTimeout", "The request did not come whole in time."))
    })
}

async fn read(body: Body) -> Result<Bytes, Refused> {
    let mut stream = body.into_data_stream();
    let (mut whole, mut length) = (Vec::new(), 0);
    while let Some(part) = stream.next().await {
        let part = part.map_err(|error| broken(&error))?;
        length += part.len();
        if length <= LARGEST_BODY {
            whole.extend_from_slice(&part);
        } else if length > LARGEST_READ {
            break;
        }
    }
    if length > LARGEST_BODY {
        let message = "The request size exceeds the maximum limit.";
        return Err(Refused::new(413, "RequestEntityTooLarge", message));
    }
    Ok(Bytes::from(whole))
}

/// A body whose chunks are none, or that ends before its end.
fn broken(error: &axum::Error) -> Refused {
    let Refused { status, code, message } = unreadable();
    let cause = error.source().map_or_else(String::new, |cause| format!(" ({cause})"));
    Refused { status, code, message: message + &cause }
}
