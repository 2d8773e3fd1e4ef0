use std::{marker::PhantomData, sync::Arc};

use di_axum::{container, injectable, module};

pub struct Log<T>(PhantomData<fn() -> T>);
#[injectable(singleton)]
fn log_of_users() -> Log<Users> { Log(PhantomData) }
#[injectable(singleton)]
fn log_of_names() -> Log<[u8; 3]> { Log(PhantomData) }

#[injectable(singleton)]
pub struct Users { pub log: Arc<Log<Self>> }
pub struct Names;
impl Names { const COUNT: usize = 3; }
#[injectable(singleton)]
impl Names {
    fn new(_log: Arc<Log<[u8; Self::COUNT]>>) -> Self { Names }
}

#[injectable(singleton)]
fn print() -> for<'r> fn(&'r str) {
    fn print(_: &str) {}
    print
}
#[module(for<'r> fn(&'r str) = print)]
pub struct Printing;

#[container(..Printing, Log<Users> = log_of_users, Log<[u8; 3]> = log_of_names, Users, Names)]
pub struct App;

fn main() {}
