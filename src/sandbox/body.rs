//! The body of a request: whole, in time, and not too large.

use std::error::Error;
use std::time::Duration;

use axum::body::{Body, Bytes};
use futures_util::StreamExt as _;

use crate::sandbox::call::unreadable;
use crate::sandbox::refused::Refused;

/// Largest body that is taken, in bytes. Microsoft Graph takes 4 MB.
const LARGEST_BODY: usize = 4 * 1024 * 1024;
/// A larger body is read up to here, so that its client reads the answer: no further.
const LARGEST_READ: usize = 16 * LARGEST_BODY;

/// The whole body.
///
/// # Errors
/// With the answer for a body that is too large, broken or too slow.
pub(super) async fn whole(body: Body, patience: Duration) -> Result<Bytes, Refused> {
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
