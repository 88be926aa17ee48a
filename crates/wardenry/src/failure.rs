//! How a command ends when it does not end well: the error with its causes, hints, and the exit status.

use std::io;
use std::process::ExitCode;

use crate::output::{self, hint};

/// The exit codes that scripts may rely on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExitStatus {
    Done,
    Failed,
    Usage,
    /// Done for some tenants, failed for others.
    Partial,
}

impl ExitStatus {
    /// The status of a command over several tenants.
    pub(crate) fn of_outcomes(succeeded: usize, failed: usize) -> Self {
        match (succeeded, failed) {
            (_, 0) => Self::Done,
            (0, _) => Self::Failed,
            _ => Self::Partial,
        }
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(match status {
            ExitStatus::Done => 0,
            ExitStatus::Failed => 1,
            ExitStatus::Usage => 2,
            ExitStatus::Partial => 3,
        })
    }
}

/// A failed command.
#[derive(Debug)]
pub(crate) struct Failure {
    error: anyhow::Error,
    hints: Vec<String>,
    status: ExitStatus,
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        anyhow::Error::msg(message.into()).into()
    }

    /// The command line asks for something that makes no sense.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { status: ExitStatus::Usage, ..Self::new(message) }
    }

    /// Adds what to do about it.
    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The error with its causes.
    pub(crate) fn message(&self) -> String {
        output::with_causes(self.error.as_ref())
    }

    /// What to do about it.
    pub(crate) fn hints(&self) -> Vec<String> {
        let known = hint::for_error(self.error.as_ref());
        self.hints.iter().cloned().chain(known).collect()
    }

    pub(crate) fn is_broken_pipe(&self) -> bool {
        let io_error = self.error.chain().find_map(|cause| cause.downcast_ref::<io::Error>());
        io_error.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    }

    /// Prints the error, its causes and the hints, and tells the exit status.
    pub(crate) fn report(&self) -> ExitStatus {
        output::error(&self.message());
        for hint in self.hints() {
            output::hint(&hint);
        }
        self.status
    }
}

/// Everything that `anyhow` takes; a `Failure` itself is no error, so that the two cannot be confused.
impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self { error: error.into(), hints: Vec::new(), status: ExitStatus::Failed }
    }
}
