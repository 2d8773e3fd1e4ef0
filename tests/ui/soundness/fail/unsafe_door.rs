//! error: E0200 at 9
//! says: requires an `unsafe impl` declaration
//! no twin: there is nothing to correct
// The traits that the frame trusts can't be implemented in safe code: an `Rc` would otherwise cross threads.
use di_axum::__private as di;

pub struct Mine;
// The next line lacks `unsafe`.
impl di::Injectable for Mine {
    const META: &'static di::Meta = &di::Meta {
        name: "Mine",
        scope: di::Scope::Request,
        params: "",
        file: "",
        line: 0,
        is_async: false,
        has_teardown: false,
        is_lazy: false,
        is_assembled: false,
    };
    type Family = di::Always<Mine>;
}

fn main() {}
