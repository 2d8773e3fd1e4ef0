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

#[container(..Time, Orders<'_>)]
pub struct App;

fn main() {}
