//! Room on the stack for planning.
//!
//! A query may have 500 operators in a row and expressions of hundreds of levels, and DataFusion's rules call themselves for each. What
//! it has against that looks whether there is room where a rule goes down a plan, but not where it copies an expression. So planning
//! gets a stack of its own, whatever the thread has.

use std::pin::Pin;
use std::task::{Context, Poll};

/// Of memory that is only used as far as the stack grows.
const STACK_BYTES: usize = 64 << 20;
/// Where so much is left, it suffices.
const ENOUGH_BYTES: usize = STACK_BYTES / 2;

/// Calls a function that may go deep.
pub(crate) fn deep<T>(function: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(ENOUGH_BYTES, STACK_BYTES, function)
}

/// A future whose steps may go deep.
pub(crate) struct Deep<F>(Pin<Box<F>>);

impl<F: Future> Deep<F> {
    pub(crate) fn new(future: F) -> Self {
        Self(Box::pin(future))
    }
}

impl<F: Future> Future for Deep<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        deep(|| self.0.as_mut().poll(context))
    }
}
