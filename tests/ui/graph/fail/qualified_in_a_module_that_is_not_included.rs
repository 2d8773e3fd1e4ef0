//! error: DI001 at 17
//! says: [DI001] nothing provides `dyn Clock` under `Utc`
//! says: the module `Time` lists it, at
//! says: help: include it in the list of `App`, `..Time`
use di_axum::{container, injectable, module};

pub trait Clock: Send + Sync {}
pub struct Utc;
#[injectable(singleton)]
pub struct System;
impl Clock for System {}
#[module(System, #[qualifier(Utc)] dyn Clock = System)]
pub struct Time;
#[injectable(request)]
pub struct Orders<'r> { #[inject(Utc)] pub clock: &'r dyn Clock }

#[container(Orders<'_>)]
pub struct App;

fn main() {}
