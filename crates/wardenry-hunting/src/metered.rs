//! Work on threads of its own, and how much processor time these used.
//!
//! A query is many tasks, and tasks of several queries on the same threads cannot be told apart by what the system
//! counts. So each query gets threads of its own for as long as it runs. When all of them have ended, their processor time
//! is exactly that of the query, what it did after its end was asked for included. Starting a few threads costs tens of
//! microseconds.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cpu_time::ThreadTime;
use tokio::runtime::Builder;
use tokio::sync::oneshot;

/// How long threads may go on once the work has ended or was cancelled; what they use later is not counted.
const END_TIMEOUT: Duration = Duration::from_secs(10);

/// Threads for reading files at a time.
const MAX_BLOCKING_THREADS: usize = 16;

/// As much as a thread of the server has. Plans are deep, and the engine grows its stack where it must.
const STACK_BYTES: usize = 8 << 20;

/// The threads could not be started, or ended by a panic.
#[derive(Debug, thiserror::Error)]
#[error("the threads of a query failed")]
pub(crate) struct ThreadsFailed(#[source] pub(crate) Option<std::io::Error>);

/// Runs a future on `threads` threads of its own. `ended` is told the processor time once all of them have ended, also
/// when nobody waits for the value any more.
pub(crate) async fn run<T, F>(
    threads: usize,
    work: F,
    ended: impl FnOnce(Duration) + Send + 'static,
) -> Result<(T, Duration), ThreadsFailed>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    let (sender, receiver) = oneshot::channel();
    let lead = move || {
        let used_ns = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&used_ns);
        let runtime = Builder::new_multi_thread()
            .worker_threads(threads.max(1))
            .max_blocking_threads(MAX_BLOCKING_THREADS)
            .thread_name("hunt-worker")
            .thread_stack_size(STACK_BYTES)
            .on_thread_stop(move || {
                counter.fetch_add(thread_ns(), Ordering::Relaxed);
            })
            .enable_all()
            .build();
        let value = match runtime {
            Ok(runtime) => {
                let value = runtime.block_on(work);
                runtime.shutdown_timeout(END_TIMEOUT);
                Ok(value)
            }
            Err(error) => Err(ThreadsFailed(Some(error))),
        };
        let used = Duration::from_nanos(used_ns.load(Ordering::Relaxed).saturating_add(thread_ns()));
        ended(used);
        // Nobody waits where the request has been given up.
        drop(sender.send(value.map(|value| (value, used))));
    };
    std::thread::Builder::new()
        .name("hunt".to_owned())
        .stack_size(STACK_BYTES)
        .spawn(lead)
        .map_err(|error| ThreadsFailed(Some(error)))?;
    receiver.await.map_err(|_| ThreadsFailed(None))?
}

/// What the calling thread has used since it began.
fn thread_ns() -> u64 {
    let used = ThreadTime::try_now().map_or(Duration::ZERO, |time| time.as_duration());
    u64::try_from(used.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// Keeps a processor busy until this thread has used so much.
    fn spin(for_at_least: Duration) {
        let start = ThreadTime::now();
        while start.elapsed() < for_at_least {
            std::hint::black_box(0);
        }
    }

    #[tokio::test]
    async fn what_all_threads_used_is_counted() {
        const EACH: Duration = Duration::from_millis(30);
        let told = Arc::new(Mutex::new(None));
        let teller = Arc::clone(&told);
        let work = async {
            let task = tokio::spawn(async { spin(EACH) });
            let blocking = tokio::task::spawn_blocking(|| spin(EACH));
            spin(EACH);
            task.await.unwrap();
            blocking.await.unwrap();
            "done"
        };
        let (value, used) = run(2, work, move |used| *teller.lock().unwrap() = Some(used)).await.unwrap();
        assert_eq!((value, *told.lock().unwrap()), ("done", Some(used)));
        assert!(used >= EACH * 3, "{used:?}");
    }

    #[tokio::test]
    async fn waiting_is_not_counted_and_a_panic_is_an_error() {
        let wait = async { tokio::time::sleep(Duration::from_millis(60)).await };
        let ((), used) = run(1, wait, |_| ()).await.unwrap();
        assert!(used < Duration::from_millis(60), "{used:?}");
        let failed = run(1, async { std::panic::resume_unwind(Box::new("lost")) }, |_| ()).await;
        let failed: Result<((), Duration), _> = failed;
        assert!(failed.is_err());
    }
}
