//! A bounded pool of own threads, each holding a state of its own.
//!
//! Inference takes tens of milliseconds of pure computation: on the async threads it would stop every other call, on
//! tokio's blocking pool it would run with hundreds of threads on two cores. Here as many jobs run as there are workers, a
//! few may wait, and the next one is refused at once with a hint when to come again. A job whose caller has gone away
//! (deadline, closed connection) is dropped when its turn comes, and a job that panics takes nobody with it.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

/// Assumed length of a job until one was measured, and the bounds of the hint.
const FIRST_GUESS: Duration = Duration::from_millis(50);
const SHORTEST_HINT: Duration = Duration::from_millis(100);
const LONGEST_HINT: Duration = Duration::from_secs(10);

/// Why a job gave no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PoolError {
    /// The queue is full; a place is likely to be free after this time.
    Busy(Duration),
    /// The job panicked, or the pool is closing.
    BrokenOff,
}

type Job<S> = Box<dyn FnOnce(&mut S) + Send>;

struct Queue<S> {
    jobs: VecDeque<Job<S>>,
    closed: bool,
}

struct Shared<S> {
    queue: Mutex<Queue<S>>,
    changed: Condvar,
    capacity: usize,
    workers: usize,
    /// Moving mean of a job's length in microseconds.
    typical: AtomicU64,
}

/// Closes when the last handle is dropped: waiting jobs are broken off, running ones finish.
pub(super) struct Pool<S> {
    shared: Arc<Shared<S>>,
    threads: Vec<JoinHandle<()>>,
}

impl<S: 'static> Pool<S> {
    /// Starts `workers` threads; each makes its state by `make`, all at the same time. Returns when all are ready, or with
    /// the first failure.
    pub(super) fn start<E, M>(workers: usize, capacity: usize, make: M) -> Result<Self, E>
    where
        E: From<std::io::Error> + Send + 'static,
        M: Fn() -> Result<S, E> + Send + Sync + 'static,
    {
        let queue = Mutex::new(Queue { jobs: VecDeque::with_capacity(capacity), closed: false });
        let typical = AtomicU64::new(micros(FIRST_GUESS));
        let shared = Arc::new(Shared { queue, changed: Condvar::new(), capacity, workers, typical });
        let make = Arc::new(make);
        let mut pool = Self { shared: Arc::clone(&shared), threads: Vec::with_capacity(workers) };
        let (ready, started) = mpsc::channel();
        for number in 0..workers {
            let (shared, make, ready) = (Arc::clone(&shared), Arc::clone(&make), ready.clone());
            let thread = std::thread::Builder::new().name(format!("face-{number}")).spawn(move || {
                let result = make();
                // What the states were made of is freed as soon as the last of them stands.
                drop(make);
                match result {
                    Ok(mut state) => {
                        let _ = ready.send(Ok(()));
                        drop(ready);
                        shared.work(&mut state);
                    }
                    Err(error) => {
                        let _ = ready.send(Err(error));
                    }
                }
            })?;
            pool.threads.push(thread);
        }
        drop((ready, make));
        started.into_iter().collect::<Result<(), E>>()?;
        Ok(pool)
    }

    /// Runs `job` on the next free worker. Dropping the future gives the job up unless it runs already.
    pub(super) async fn run<T, F>(&self, job: F) -> Result<T, PoolError>
    where
        T: Send + 'static,
        F: FnOnce(&mut S) -> T + Send + 'static,
    {
        let (job, answered) = answering(job);
        self.shared.put(vec![job])?;
        answered.await.map_err(|_| PoolError::BrokenOff)
    }

    /// Runs `jobs` on all workers; the answers in the order of the jobs. There is room for all of them or none is begun.
    /// Dropping the future gives up those that don't run yet.
    pub(super) async fn run_all<T, F>(&self, jobs: Vec<F>) -> Result<Vec<Result<T, PoolError>>, PoolError>
    where
        T: Send + 'static,
        F: FnOnce(&mut S) -> T + Send + 'static,
    {
        let (jobs, answers): (Vec<_>, Vec<_>) = jobs.into_iter().map(answering).unzip();
        self.shared.put(jobs)?;
        let mut found = Vec::with_capacity(answers.len());
        for answered in answers {
            found.push(answered.await.map_err(|_| PoolError::BrokenOff));
        }
        Ok(found)
    }

    /// Threads of the pool.
    pub(super) fn workers(&self) -> usize {
        self.shared.workers
    }
}

/// The job as the queue holds it, and where its answer arrives. It is skipped when nobody waits for that any more.
fn answering<S, T, F>(job: F) -> (Job<S>, oneshot::Receiver<T>)
where
    T: Send + 'static,
    F: FnOnce(&mut S) -> T + Send + 'static,
{
    let (answer, answered) = oneshot::channel();
    let span = tracing::Span::current();
    let job = move |state: &mut S| {
        if !answer.is_closed() {
            let _ = answer.send(span.in_scope(|| job(state)));
        }
    };
    (Box::new(job), answered)
}

impl<S> Shared<S> {
    fn lock(&self) -> MutexGuard<'_, Queue<S>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes all of `jobs` or none. An empty queue takes any number: a burst longer than the queue would never fit.
    fn put(&self, jobs: Vec<Job<S>>) -> Result<(), PoolError> {
        let (count, mut queue) = (jobs.len(), self.lock());
        if queue.closed {
            return Err(PoolError::BrokenOff);
        }
        let waiting = queue.jobs.len();
        if waiting > 0 && waiting + count > self.capacity {
            return Err(PoolError::Busy(self.hint(waiting + count - 1)));
        }
        queue.jobs.extend(jobs);
        drop(queue);
        if count == 1 {
            self.changed.notify_one();
        } else {
            self.changed.notify_all();
        }
        Ok(())
    }

    /// About when the present queue will be worked off.
    fn hint(&self, waiting: usize) -> Duration {
        let rounds = u64::try_from(waiting / self.workers + 1).unwrap_or(u64::MAX);
        let wait = Duration::from_micros(self.typical.load(Ordering::Relaxed).saturating_mul(rounds));
        wait.clamp(SHORTEST_HINT, LONGEST_HINT)
    }

    fn work(&self, state: &mut S) {
        while let Some(job) = self.next() {
            let began = Instant::now();
            // A panic ends the job, not the worker: the caller's channel closes, and the nets hold no half-made state.
            if catch_unwind(AssertUnwindSafe(|| job(state))).is_err() {
                tracing::error!("a face job panicked");
            }
            let typical = self.typical.load(Ordering::Relaxed);
            self.typical.store((7 * typical + micros(began.elapsed())) / 8, Ordering::Relaxed);
        }
    }

    fn next(&self) -> Option<Job<S>> {
        let mut queue = self.lock();
        loop {
            if queue.closed {
                return None;
            }
            if let Some(job) = queue.jobs.pop_front() {
                return Some(job);
            }
            queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl<S> Drop for Pool<S> {
    fn drop(&mut self) {
        let waiting = {
            let mut queue = self.shared.lock();
            queue.closed = true;
            std::mem::take(&mut queue.jobs)
        };
        drop(waiting);
        self.shared.changed.notify_all();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;

    fn pool(workers: usize, capacity: usize) -> Pool<u32> {
        Pool::start(workers, capacity, || Ok::<_, std::io::Error>(0)).expect("starts")
    }

    /// Occupies a worker until the sender is dropped; returns once the job runs.
    async fn occupy(pool: &Pool<u32>) -> Sender<()> {
        let (release, held): (Sender<()>, Receiver<()>) = channel();
        let (running, runs) = oneshot::channel();
        let job = move |_: &mut u32| {
            let _ = running.send(());
            let _ = held.recv();
        };
        pool.shared.put(vec![Box::new(job)]).expect("room");
        runs.await.expect("the job runs");
        release
    }

    #[tokio::test]
    async fn a_job_gets_the_workers_state_and_answers() {
        let pool = pool(1, 4);
        assert_eq!(
            pool.run(|state| {
                *state += 1;
                *state
            })
            .await,
            Ok(1)
        );
        assert_eq!(
            pool.run(|state| {
                *state += 1;
                *state
            })
            .await,
            Ok(2)
        );
    }

    #[tokio::test]
    async fn a_full_queue_answers_at_once_with_a_hint() {
        let pool = pool(1, 1);
        let release = occupy(&pool).await;
        let waiting = pool.run(|_| ());
        tokio::pin!(waiting);
        assert!(futures::poll!(&mut waiting).is_pending());
        let refused = pool.run(|_| ()).await;
        assert!(matches!(refused, Err(PoolError::Busy(hint)) if hint >= SHORTEST_HINT), "{refused:?}");
        drop(release);
        assert_eq!(waiting.await, Ok(()));
    }

    #[tokio::test]
    async fn a_burst_is_taken_whole_or_not_at_all() {
        let pool = pool(1, 4);
        let release = occupy(&pool).await;
        let burst = |from: u32| (from..from + 3).map(|number| move |_: &mut u32| number).collect::<Vec<_>>();
        let first = pool.run_all(burst(0));
        tokio::pin!(first);
        assert!(futures::poll!(&mut first).is_pending());
        assert!(matches!(pool.run_all(burst(10)).await, Err(PoolError::Busy(_))), "two places are missing");
        drop(release);
        assert_eq!(first.await, Ok(vec![Ok(0), Ok(1), Ok(2)]));
    }

    #[tokio::test]
    async fn a_burst_longer_than_the_queue_waits_for_an_empty_one() {
        let pool = pool(1, 2);
        let jobs: Vec<_> = (0..5_u32).map(|number| move |_: &mut u32| number).collect();
        assert_eq!(pool.run_all(jobs).await.map(|answers| answers.len()), Ok(5));
    }

    #[tokio::test]
    async fn a_bursts_jobs_run_at_the_same_time() {
        let pool = pool(2, 8);
        let meet = Arc::new(std::sync::Barrier::new(2));
        let jobs: Vec<_> = (0..2)
            .map(|_| {
                let meet = Arc::clone(&meet);
                move |_: &mut u32| meet.wait().is_leader()
            })
            .collect();
        let answers = pool.run_all(jobs).await.expect("room");
        assert_eq!(answers.iter().filter(|answer| **answer == Ok(true)).count(), 1, "they met");
    }

    #[tokio::test]
    async fn a_panic_ends_one_job_only() {
        let pool = pool(1, 4);
        assert_eq!(pool.run(|_| panic!("on purpose")).await, Err::<(), _>(PoolError::BrokenOff));
        assert_eq!(pool.run(|_| 7).await, Ok(7));
    }

    #[tokio::test]
    async fn a_job_whose_caller_is_gone_is_skipped() {
        let pool = pool(1, 4);
        let release = occupy(&pool).await;
        {
            let abandoned = pool.run(|state| *state = 99);
            tokio::pin!(abandoned);
            assert!(futures::poll!(&mut abandoned).is_pending());
        }
        drop(release);
        assert_eq!(pool.run(|state| *state).await, Ok(0));
    }

    #[tokio::test]
    async fn a_closed_pool_takes_nothing() {
        let shared = {
            let pool = pool(1, 4);
            Arc::clone(&pool.shared)
        };
        assert_eq!(shared.put(vec![Box::new(|_| ())]), Err(PoolError::BrokenOff));
    }

    #[test]
    fn a_worker_that_cannot_start_stops_the_start() {
        let failed = Pool::<u32>::start(2, 4, || Err(std::io::Error::other("no net")));
        assert_eq!(failed.err().expect("refused").to_string(), "no net");
    }
}
