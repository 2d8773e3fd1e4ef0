//! What an app tells Prometheus and the facade `metrics`.
//!
//! Where there is no Prometheus, the tests that need it say that they are skipped; CI refuses that.

mod app;
mod asking;
mod facade;
mod memory;
mod others;
mod scrape;
mod server;
mod text;
mod tools;
