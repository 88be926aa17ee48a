//! From where a request comes, for the audit log.
//!
//! The address accompanies the task that answers the request, as a log's span does: no call in between
//! has to hand it on, and none can hand on another one's. It decides nothing; it is only written down.

use std::net::IpAddr;

tokio::task_local! {
    static ADDRESS: IpAddr;
}

/// Does work on behalf of a client at this address.
pub async fn scope<F: Future>(address: IpAddr, work: F) -> F::Output {
    ADDRESS.scope(address.to_canonical(), work).await
}

/// The address of the client on whose behalf the running task works; `None` when no request caused it.
pub(crate) fn current() -> Option<IpAddr> {
    ADDRESS.try_with(|address| *address).ok()
}
