//! How a constructor's failure answers the request.

use std::{any::Any, sync::Arc};

use axum::response::{IntoResponse, Response};
use di_core::{
    __private::{Answer, AnswerOf, Fault},
    Container, Failure, Graph, NoPlace,
};

use crate::{
    OwnAnswer,
    blocking::no_place,
    construct_error::{Asker, ConstructError},
};

type AnswerFn = fn(Box<dyn Any + Send>) -> Result<Response, Box<dyn Any + Send>>;

/// Whether an error can answer a request; see `di_core`'s `Fault`.
pub trait AskAnswer {
    /// Whether it can.
    type Found;
    /// For the type only.
    fn answer(self) -> Self::Found;
}

impl<E: IntoResponse + 'static> AskAnswer for Fault<E> {
    type Found = IsAnswer;
    fn answer(self) -> IsAnswer {
        IsAnswer
    }
}

impl<E> AskAnswer for &Fault<E> {
    type Found = NoAnswer;
    fn answer(self) -> NoAnswer {
        NoAnswer
    }
}

/// That it can.
#[derive(Debug)]
pub struct IsAnswer;
/// That it cannot.
#[derive(Debug)]
pub struct NoAnswer;

impl<E: IntoResponse + 'static> AnswerOf<E> for IsAnswer {
    const ANSWER: Option<Answer> = Some(const { &(answer::<E> as AnswerFn) });
}

impl<E> AnswerOf<E> for NoAnswer {
    const ANSWER: Option<Answer> = None;
}

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
