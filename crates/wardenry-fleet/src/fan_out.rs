//! One call for many tenants.

use std::num::NonZeroUsize;

use futures_util::{StreamExt as _, stream};

/// What came of one tenant's share.
#[derive(Debug, Clone)]
pub struct Outcome<M, T, E> {
    pub member: M,
    pub result: Result<T, E>,
}

/// Runs `call` for every member, at most `concurrency` at a time, and returns every outcome in the order
/// of the members. One failure stops nobody else.
pub async fn fan_out<M, T, E, F>(
    members: Vec<M>,
    concurrency: NonZeroUsize,
    call: impl Fn(M) -> F,
) -> Vec<Outcome<M, T, E>>
where
    M: Clone,
    F: Future<Output = Result<T, E>>,
{
    let calls = members.into_iter().enumerate().map(|(index, member)| {
        let result = call(member.clone());
        async move { (index, Outcome { member, result: result.await }) }
    });
    let mut outcomes: Vec<_> = stream::iter(calls).buffer_unordered(concurrency.get()).collect().await;
    outcomes.sort_by_key(|(index, _)| *index);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[tokio::test]
    async fn every_member_has_an_outcome_and_few_run_at_a_time() {
        let (running, most) = (Cell::new(0), Cell::new(0));
        let outcomes = fan_out((0..20).collect(), NonZeroUsize::new(3).unwrap(), |number: u32| {
            let (running, most) = (&running, &most);
            async move {
                running.set(running.get() + 1);
                most.set(most.get().max(running.get()));
                // Later members finish sooner, so that order cannot come from completion.
                for _ in 0..(20 - number) {
                    tokio::task::yield_now().await;
                }
                running.set(running.get() - 1);
                if number == 7 { Err("seven") } else { Ok(number * 2) }
            }
        })
        .await;
        let results: Vec<_> = outcomes.iter().map(|outcome| (outcome.member, outcome.result)).collect();
        let expected: Vec<_> = (0..20).map(|n| (n, if n == 7 { Err("seven") } else { Ok(n * 2) })).collect();
        assert_eq!(results, expected);
        assert_eq!(most.get(), 3);
    }
}
