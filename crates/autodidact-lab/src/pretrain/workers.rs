//! Independent pieces of work side by side, with results that do not depend on how many run at once.

#[cfg(not(target_family = "wasm"))]
use autodidact::error::Error;
use autodidact::error::Result;

/// A fixed number of workers. Each computes its tensors on one thread of its own, so that sums are taken in the same
/// order whatever their number. A browser has one.
pub struct Workers {
    #[cfg(not(target_family = "wasm"))]
    pools: Vec<rayon::ThreadPool>,
}

#[cfg(not(target_family = "wasm"))]
impl Workers {
    /// That many workers, at least one; as many as the machine has cores for `None`.
    ///
    /// # Errors
    /// [`Error::Backend`] when the system refuses a thread.
    pub fn new(count: Option<usize>) -> Result<Self> {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        let pool = |_| rayon::ThreadPoolBuilder::new().num_threads(1).build();
        let pools = (0..count.unwrap_or_else(cores).max(1)).map(pool).collect::<std::result::Result<_, _>>();
        Ok(Self { pools: pools.map_err(|e| Error::Backend { reason: format!("no worker thread: {e}") })? })
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.pools.len()
    }

    /// The results in the order of the items.
    ///
    /// # Errors
    /// The first error, in the order of the items; [`Error::Backend`] when a worker's result is missing.
    pub fn map<T: Send, R: Send>(&self, items: Vec<T>, work: impl Fn(T) -> Result<R> + Sync) -> Result<Vec<R>> {
        let queue = std::sync::Mutex::new(items.into_iter().enumerate());
        let done = std::sync::Mutex::new(Vec::new());
        let next = || queue.lock().ok().and_then(|mut queue| queue.next());
        std::thread::scope(|scope| {
            for pool in &self.pools {
                scope.spawn(|| {
                    while let Some((index, item)) = next() {
                        let result = pool.install(|| work(item));
                        if let Ok(mut done) = done.lock() {
                            done.push((index, result));
                        }
                    }
                });
            }
        });
        let mut done = done.into_inner().map_err(|_| Error::Backend { reason: "a worker panicked".into() })?;
        done.sort_by_key(|(index, _)| *index);
        done.into_iter().map(|(_, result)| result).collect()
    }
}

#[cfg(target_family = "wasm")]
impl Workers {
    /// One worker, whatever is asked for.
    ///
    /// # Errors
    /// None.
    pub fn new(_count: Option<usize>) -> Result<Self> {
        Ok(Self {})
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        1
    }

    /// The results in the order of the items.
    ///
    /// # Errors
    /// The first error.
    pub fn map<T, R>(&self, items: Vec<T>, work: impl Fn(T) -> Result<R>) -> Result<Vec<R>> {
        items.into_iter().map(work).collect()
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;

    #[test]
    fn results_keep_the_order_of_the_items() {
        for count in [1, 3] {
            let workers = Workers::new(Some(count)).unwrap();
            assert_eq!(workers.count(), count);
            assert_eq!(workers.map((0..50).collect(), |x| Ok(x * x)).unwrap()[7], 49);
            assert_eq!(workers.map((0..50).collect(), |x: i32| Ok(x)).unwrap(), (0..50).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_first_error_is_reported() {
        let workers = Workers::new(Some(2)).unwrap();
        let fail = |x: i32| if x > 3 { Err(Error::invalid("x", x.to_string())) } else { Ok(x) };
        let error = workers.map((0..9).collect(), fail).unwrap_err();
        assert!(error.to_string().contains('4'), "{error}");
    }
}
