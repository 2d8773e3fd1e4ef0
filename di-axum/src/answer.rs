//! How a constructor's failure answers the request.

use std::{any::Any, marker::PhantomData, sync::Arc};

use axum::response::{IntoResponse, Response};
use di_core::{__private::Answer, Container, Failure, Graph, NoPlace};

use crate::{
    OwnAnswer,
    blocking::no_place,
    construct_error::{Asker, ConstructError},
};

type AnswerFn = fn(Box<dyn Any + Send>) -> Result<Response, Box<dyn Any + Send>>;

/// Probes whether an error can answer a request; see `di_core`'s probes.
pub struct AnswerProbe<E>(PhantomData<E>);

impl<E: IntoResponse + 'static> AnswerProbe<E> {
    /// The conversion.
    pub const ANSWER: Option<Answer> = Some(const { &(answer::<E> as AnswerFn) });
}

/// It cannot.
pub trait NoAnswer {
    /// Nothing.
    const ANSWER: Option<Answer> = None;
}
impl<E> NoAnswer for AnswerProbe<E> {}

fn answer<E: IntoResponse + 'static>(
    error: Box<dyn Any + Send>,
) -> Result<Response, Box<dyn Any + Send>> {
    error.downcast::<E>().map(|error| (*error).into_response())
}

/// The answer to a request whose extractor or constructor failed: the error's own. Where it failed goes to the log, and along with
/// the answer.
#[cold]
pub(crate) fn failed<C: Container>(failure: Failure, asker: Asker<'_>) -> Response {
    let error = ConstructError::of(C::GRAPH, &failure, asker);
    answered(C::GRAPH, failure, Arc::new(error))
}

/// The same, of what was asked for later.
#[cold]
pub(crate) fn answered(graph: Graph, failure: Failure, error: Arc<ConstructError>) -> Response {
    let mut response = own_answer(graph, failure);
    error.log(response.status());
    response.extensions_mut().insert(error);
    response
}

fn own_answer(graph: Graph, failure: Failure) -> Response {
    let row = failure.row();
    // An extractor's rejection is a response already.
    let error = match failure.into_error().downcast::<Response>() {
        Ok(rejection) => return *rejection,
        Err(error) => error,
    };
    let error = match error.downcast::<NoPlace>() {
        Ok(refused) => return no_place(graph.name(row), *refused),
        Err(error) => error,
    };
    graph
        .errors(row)
        .answer
        .and_then(|answer| answer.downcast_ref::<AnswerFn>())
        .and_then(|answer| answer(error).ok())
        // Only a transient's error can lack an answer of its own: it may be used at start-up alone.
        .unwrap_or_else(|| OwnAnswer::Error.failed())
}
