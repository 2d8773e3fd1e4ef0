//! The integration tests: behaviour through the public API, one binary.

#![forbid(unsafe_code)]

mod attributes;
mod blocking;
mod blocking_nodes;
mod borrowing;
mod closing;
mod derive;
mod draft;
mod errors;
mod extractors;
mod findings;
mod forms;
mod generics;
mod graph;
mod guards;
mod handlers;
mod hostile;
mod hostile_ends;
mod lazy;
mod lazy_asking;
mod lazy_singletons;
mod lent;
mod modules;
mod naming;
mod observe;
mod observed_nodes;
mod opened;
mod overrides;
mod replace;
mod scopes;
mod seeds;
mod services;
mod sizes;
mod sockets;
mod spans;
mod startup;
mod streams;
mod support;
mod tasks;
mod teardown;
mod transients;
mod ui;
