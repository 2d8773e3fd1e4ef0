//! Programs that tests use; `tests/metrics/tools` fetches them.

use std::{
    env,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

/// A program in the `PATH`, or one that was fetched.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let dirs = env::split_paths(&path).chain(cache());
    let found = dirs.map(|dir| dir.join(name)).find(|file| file.is_file());
    if found.is_none() {
        skip(name);
    }
    found
}

fn cache() -> Option<PathBuf> {
    let cache = match env::var_os("XDG_CACHE_HOME") {
        Some(cache) => PathBuf::from(cache),
        None => Path::new(&env::var_os("HOME")?).join(".cache"),
    };
    Some(cache.join("di-axum-tests"))
}

/// Says that a test is skipped, where a test runner does not hide it.
fn skip(what: &str) {
    let current = std::thread::current();
    let test = current.name().unwrap_or("a test");
    writeln!(io::stderr(), "skipped: {test}: no {what} here").expect("standard error is open");
}
