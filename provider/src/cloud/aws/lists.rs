//! Lists of a whole account, which the reads of one run share: looking at many envelopes costs pages, not calls for each. A list serves
//! until something of ours is written or a minute has passed, and nothing is ever changed by what one says.

use std::{collections::BTreeMap, future::Future, sync::Arc, time::Duration};

use tokio::{sync::Mutex, time::Instant};

use crate::cloud::Fault;

const FRESH: Duration = Duration::from_mins(1);

/// One kind of list, by the place that it is of.
#[derive(Debug)]
pub(super) struct Lists<T> {
    by_place: Mutex<BTreeMap<String, Arc<Listed<T>>>>,
}

/// When it was asked for, and what came. Held while it is being read, so that everybody waits for the one reading.
type Listed<T> = Mutex<Option<(Instant, Arc<T>)>>;

impl<T> Default for Lists<T> {
    fn default() -> Self {
        Self { by_place: Mutex::default() }
    }
}

impl<T> Lists<T> {
    /// The list of a place, read now unless somebody just did. A failure is not kept.
    pub(super) async fn of<F>(&self, place: &str, read: impl FnOnce() -> F) -> Result<Arc<T>, Fault>
    where
        F: Future<Output = Result<T, Fault>>,
    {
        self.since(FRESH, place, read).await
    }

    async fn since<F>(&self, fresh: Duration, place: &str, read: impl FnOnce() -> F) -> Result<Arc<T>, Fault>
    where
        F: Future<Output = Result<T, Fault>>,
    {
        let listed = Arc::clone(self.by_place.lock().await.entry(place.to_owned()).or_default());
        let mut listed = listed.lock().await;
        if let Some((asked, list)) = &*listed
            && asked.elapsed() < fresh
        {
            return Ok(Arc::clone(list));
        }
        let asked = Instant::now();
        let list = Arc::new(read().await?);
        *listed = Some((asked, Arc::clone(&list)));
        Ok(list)
    }

    /// Something was written: who asks from now on must see it. A list that is still being read goes to those who wait for it only.
    pub(super) async fn forget(&self) {
        self.by_place.lock().await.clear();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    fn wait<T>(future: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        runtime.unwrap().block_on(future)
    }

    /// Counts how often it is read.
    async fn ask(lists: &Lists<u32>, place: &str, reads: &AtomicU32) -> u32 {
        *lists.of(place, || async { Ok(reads.fetch_add(1, Ordering::SeqCst)) }).await.unwrap()
    }

    #[test]
    fn a_list_is_read_once_until_something_is_written_or_it_is_old() {
        wait(async {
            let (lists, reads) = (Lists::default(), AtomicU32::new(0));
            assert_eq!((ask(&lists, "a", &reads).await, ask(&lists, "a", &reads).await), (0, 0));
            assert_eq!(ask(&lists, "b", &reads).await, 1);
            lists.forget().await;
            assert_eq!(ask(&lists, "a", &reads).await, 2);
            let old = lists.since(Duration::ZERO, "a", || async { Ok(reads.fetch_add(1, Ordering::SeqCst)) });
            assert_eq!(*old.await.unwrap(), 3);
        });
    }

    #[test]
    fn many_who_ask_at_once_wait_for_one_reading() {
        wait(async {
            let (lists, reads) = (Lists::default(), AtomicU32::new(0));
            let slow = || async {
                tokio::task::yield_now().await;
                Ok(reads.fetch_add(1, Ordering::SeqCst))
            };
            let (one, other) = tokio::join!(lists.of("a", slow), lists.of("a", slow));
            assert_eq!((*one.unwrap(), *other.unwrap()), (0, 0));
        });
    }

    #[test]
    fn a_failure_is_not_kept() {
        wait(async {
            let lists = Lists::default();
            let failed = lists.of("a", || async { Err::<u32, _>(Fault::other("no", "")) }).await;
            assert!(failed.is_err());
            assert_eq!(*lists.of("a", || async { Ok(7) }).await.unwrap(), 7);
        });
    }
}
