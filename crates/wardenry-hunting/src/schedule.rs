//! Whose turn it is: a few queries run at a time, and tenants take turns.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;
use wardenry_core::id::TenantId;

/// How many at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScheduleSettings {
    /// Running ones of all tenants together.
    pub places: usize,
    /// Running ones of one tenant. Less than `places`, so that no tenant can take all of them.
    pub places_per_tenant: usize,
    /// Waiting ones of one tenant.
    pub waiting_per_tenant: usize,
    /// Waiting ones of all tenants together.
    pub waiting: usize,
}

/// Too many wait already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many requests wait for their turn")]
pub struct QueueFull;

/// Gives out turns. Whoever must wait does so behind the others of the same tenant; between tenants it goes round,
/// so that one tenant's queue, however long, delays another's by one turn each at most.
#[derive(Clone)]
pub struct Schedule(Arc<Inner>);

struct Inner {
    settings: ScheduleSettings,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    running: usize,
    running_of: HashMap<TenantId, usize>,
    /// Tenants of whom somebody waits, in the order of their next turns.
    round: VecDeque<TenantId>,
    waiting: HashMap<TenantId, VecDeque<oneshot::Sender<Turn>>>,
}

/// The right to run, given back when dropped.
pub struct Turn {
    schedule: Schedule,
    tenant: TenantId,
}

impl Schedule {
    pub fn new(settings: ScheduleSettings) -> Self {
        Self(Arc::new(Inner { settings, state: Mutex::default() }))
    }

    /// Waits for a turn. Dropping the future gives up the place in the queue.
    pub async fn turn(&self, tenant: TenantId) -> Result<Turn, QueueFull> {
        let place = self.enqueue(tenant)?;
        self.go_on();
        // The sender is only dropped with the queue, and the queue lives as long as `self`.
        place.await.map_err(|_| QueueFull)
    }

    fn enqueue(&self, tenant: TenantId) -> Result<oneshot::Receiver<Turn>, QueueFull> {
        let mut state = self.state();
        let settings = self.0.settings;
        state.forget_those_who_left();
        let all: usize = state.waiting.values().map(VecDeque::len).sum();
        let own = state.waiting.get(&tenant).map_or(0, VecDeque::len);
        // Whoever gets a turn at once waits for a moment, too.
        let queueing = !state.is_free_for(tenant, settings);
        if queueing && (own >= settings.waiting_per_tenant || all >= settings.waiting) {
            return Err(QueueFull);
        }
        let (sender, receiver) = oneshot::channel();
        if own == 0 {
            state.round.push_back(tenant);
        }
        state.waiting.entry(tenant).or_default().push_back(sender);
        Ok(receiver)
    }

    /// Gives out turns as long as there are free places and tenants that may take them.
    fn go_on(&self) {
        loop {
            let next = self.state().next(self.0.settings);
            let Some((tenant, waiter)) = next else { return };
            // Made and sent without the lock: whoever has left in this moment drops it, which gives it back.
            drop(waiter.send(Turn { schedule: self.clone(), tenant }));
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_free_for(&self, tenant: TenantId, settings: ScheduleSettings) -> bool {
        let own = self.running_of.get(&tenant).copied().unwrap_or(0);
        self.running < settings.places && own < settings.places_per_tenant
    }

    /// The next one to run, counted as running.
    fn next(&mut self, settings: ScheduleSettings) -> Option<(TenantId, oneshot::Sender<Turn>)> {
        self.forget_those_who_left();
        let position = self.round.iter().position(|tenant| self.is_free_for(*tenant, settings))?;
        let tenant = self.round.remove(position)?;
        let queue = self.waiting.get_mut(&tenant)?;
        let waiter = queue.pop_front()?;
        if queue.is_empty() {
            self.waiting.remove(&tenant);
        } else {
            self.round.push_back(tenant);
        }
        self.running += 1;
        *self.running_of.entry(tenant).or_default() += 1;
        Some((tenant, waiter))
    }

    fn forget_those_who_left(&mut self) {
        self.waiting.retain(|_, queue| {
            queue.retain(|waiter| !waiter.is_closed());
            !queue.is_empty()
        });
        let waiting = &self.waiting;
        self.round.retain(|tenant| waiting.contains_key(tenant));
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        {
            let mut state = self.schedule.state();
            state.running = state.running.saturating_sub(1);
            if let Some(own) = state.running_of.get_mut(&self.tenant) {
                *own = own.saturating_sub(1);
                if *own == 0 {
                    state.running_of.remove(&self.tenant);
                }
            }
        }
        self.schedule.go_on();
    }
}

impl fmt::Debug for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Turn").field("tenant", &self.tenant).finish_non_exhaustive()
    }
}

impl fmt::Debug for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Schedule").field(&self.0.settings).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::pin::{Pin, pin};
    use std::task::{Context, Poll, Waker};

    use super::*;

    const ALDER: TenantId = TenantId::from_guid(uuid::Uuid::from_u128(1));
    const BIRCH: TenantId = TenantId::from_guid(uuid::Uuid::from_u128(2));
    const CEDAR: TenantId = TenantId::from_guid(uuid::Uuid::from_u128(3));

    fn schedule() -> Schedule {
        Schedule::new(ScheduleSettings { places: 2, places_per_tenant: 1, waiting_per_tenant: 2, waiting: 3 })
    }

    fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    fn now<T>(poll: Poll<Result<T, QueueFull>>) -> T {
        match poll {
            Poll::Ready(Ok(turn)) => turn,
            Poll::Ready(Err(full)) => panic!("{full}"),
            Poll::Pending => panic!("must wait"),
        }
    }

    #[test]
    fn one_tenants_queue_does_not_hold_up_another() {
        let schedule = schedule();
        let first = now(poll(pin!(schedule.turn(ALDER)).as_mut()));
        let mut second = pin!(schedule.turn(ALDER));
        let mut third = pin!(schedule.turn(ALDER));
        assert!(poll(second.as_mut()).is_pending() && poll(third.as_mut()).is_pending());
        let theirs = now(poll(pin!(schedule.turn(BIRCH)).as_mut()));
        let mut cedar = pin!(schedule.turn(CEDAR));
        assert!(poll(cedar.as_mut()).is_pending(), "both places are taken");
        drop(theirs);
        let cedars = now(poll(cedar.as_mut()));
        assert!(poll(second.as_mut()).is_pending(), "Alder has its one place");
        drop(first);
        let second = now(poll(second.as_mut()));
        drop((second, cedars));
        now(poll(third.as_mut()));
    }

    #[test]
    fn the_queues_are_bounded_and_whoever_leaves_makes_room() {
        let schedule = schedule();
        let running = now(poll(pin!(schedule.turn(ALDER)).as_mut()));
        let mut waiting: Vec<_> = (0..2).map(|_| Box::pin(schedule.turn(ALDER))).collect();
        for waiter in &mut waiting {
            assert!(poll(waiter.as_mut()).is_pending());
        }
        assert_eq!(
            poll(pin!(schedule.turn(ALDER)).as_mut()).map(|turn| turn.map(drop)),
            Poll::Ready(Err(QueueFull))
        );
        drop(waiting.remove(0));
        let mut another = pin!(schedule.turn(ALDER));
        assert!(poll(another.as_mut()).is_pending());
        drop(running);
        let next = now(poll(waiting[0].as_mut()));
        assert!(poll(another.as_mut()).is_pending());
        drop(next);
        now(poll(another.as_mut()));
    }

    #[test]
    fn a_turn_that_nobody_takes_comes_back() {
        let schedule = schedule();
        let running = now(poll(pin!(schedule.turn(ALDER)).as_mut()));
        let mut waiter = Box::pin(schedule.turn(ALDER));
        assert!(poll(waiter.as_mut()).is_pending());
        drop(running);
        drop(waiter);
        now(poll(pin!(schedule.turn(ALDER)).as_mut()));
    }
}
