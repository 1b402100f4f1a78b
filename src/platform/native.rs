//! Native: nothing else runs on this thread, so a yield is one turn of the executor.

/// Lets other work of this thread run.
pub async fn yield_now() {
    futures_lite::future::yield_now().await;
}

/// Natively the loader runs static constructors.
pub fn init() {}
