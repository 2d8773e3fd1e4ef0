//! Programs and scripts of other packages that tests use; `tests/inspector/tools` installs them.

use std::{
    env,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

/// A program in the `PATH`.
pub(crate) fn program(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let dirs: Vec<PathBuf> = env::split_paths(&path).collect();
    let of = |name: &&str| {
        dirs.iter()
            .map(move |dir| dir.join(name))
            .find(|file| file.is_file())
    };
    names.iter().find_map(of)
}

/// The text of a script that `tests/inspector/tools` has fetched.
pub(crate) fn script(name: &str) -> Option<String> {
    let cache = match env::var_os("XDG_CACHE_HOME") {
        Some(cache) => PathBuf::from(cache),
        None => Path::new(&env::var_os("HOME")?).join(".cache"),
    };
    std::fs::read_to_string(cache.join("di-axum-tests").join(name)).ok()
}

/// Says that a test is skipped, where a test runner does not hide it.
pub(crate) fn skip(what: &str) {
    let current = std::thread::current();
    let test = current.name().unwrap_or("a test");
    writeln!(io::stderr(), "skipped: {test}: no {what} here").expect("standard error is open");
}
