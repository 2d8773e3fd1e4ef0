//! Work beside requests: tasks and services.
//!
//! Both are roots of the graph, as handlers are: a [`Job`] runs in a scope of its own, which a plan fills. A task is a job
//! whose payload somebody pushes; a service is one whose payload is its [`Shutdown`], and which runs as long as the app.

mod background;
mod job;
mod queue;
mod service;
mod task;

pub(crate) use self::{
    background::{Background, DEADLINE, Hook},
    service::start_services,
};
pub use self::{
    job::{Finished, Job, PayloadOf, Service, Task},
    queue::{NoJob, RunFuture, Runs, TaskCounts, TaskQueue, run},
    service::{ServiceOf, ServiceOptions, Services, Shutdown},
    task::{PushError, TaskEnd, TaskError, TaskOptions, Tasks},
};
