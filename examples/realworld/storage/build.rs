//! `sqlx::migrate!` reads a directory, of which cargo has to be told.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
