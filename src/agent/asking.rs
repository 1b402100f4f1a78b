//! A running question as a stream: pull it to make it go on, drop it to cancel it.

use std::{
    cell::RefCell,
    collections::VecDeque,
    future::{Future, poll_fn},
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use futures_core::Stream;

use super::{Event, Trace, run::Log};
use crate::error::Result;

/// The next thing that happens to a question.
#[derive(Debug, Clone, PartialEq)]
pub enum AskEvent {
    /// It goes on.
    Progress(Event),
    /// It is answered.
    Done(Box<Trace>),
}

/// A question that is worked on while it is pulled. Nothing runs between two pulls; dropping it cancels the work and
/// leaves the base weights and the store as they were.
pub struct Asking<'a> {
    work: Option<Pin<Box<dyn Future<Output = Result<Trace>> + 'a>>>,
    events: Rc<RefCell<VecDeque<Event>>>,
}

impl<'a> Asking<'a> {
    pub(super) fn new(work: impl FnOnce(Log) -> Pin<Box<dyn Future<Output = Result<Trace>> + 'a>>) -> Self {
        let events = Rc::new(RefCell::new(VecDeque::new()));
        Self { work: Some(work(Log::new(Rc::clone(&events)))), events }
    }

    /// The next event; `None` after the trace or an error.
    ///
    /// # Errors
    /// The error of the question, if it failed; nothing comes after it.
    pub async fn next(&mut self) -> Option<Result<AskEvent>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

impl Stream for Asking<'_> {
    type Item = Result<AskEvent>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(event) = self.events.borrow_mut().pop_front() {
            return Poll::Ready(Some(Ok(AskEvent::Progress(event))));
        }
        let Some(work) = self.work.as_mut() else { return Poll::Ready(None) };
        let polled = work.as_mut().poll(context);
        if polled.is_ready() {
            self.work = None;
        }
        let event = self.events.borrow_mut().pop_front();
        match (event, polled) {
            (None, Poll::Pending) => Poll::Pending,
            (None, Poll::Ready(result)) => Poll::Ready(Some(result.map(|trace| AskEvent::Done(Box::new(trace))))),
            (Some(event), Poll::Pending) => Poll::Ready(Some(Ok(AskEvent::Progress(event)))),
            (Some(event), Poll::Ready(result)) => {
                // The rest of the events first, then the result.
                self.work = Some(Box::pin(std::future::ready(result)));
                Poll::Ready(Some(Ok(AskEvent::Progress(event))))
            }
        }
    }
}
