//! The inspector: what it answers, the page in a browser against a running app, and the graph as files.
//!
//! Where there is no browser, or a tool is absent, the tests that need it say that they are skipped; CI refuses that.

mod app;
mod browser;
mod counted;
mod export;
mod graphs;
mod page;
mod screenshots;
mod served;
mod stuck;
mod tools;
