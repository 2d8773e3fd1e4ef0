//! All unsafe code of the project, and why it is sound.
//!
//! # What is erased
//! A constructor is called through `unsafe fn(Inputs, *mut u8)`: it reads its arguments from where the
//! plan says they are and writes its value where the plan says it goes. The typed side is
//! [`Deps::take`], the untyped side is the plan, a const value.
//!
//! # Why the two agree
//! 1. A row's constructor and its list of dependencies come from one `Recipe`, behind an `unsafe impl`
//!    that only macros write. The shims in [`maker`] are instantiated from that same `Recipe`.
//! 2. A dependency's index comes from `ProvidedIn`, an `unsafe trait` that only `#[container]` implements,
//!    next to a check that the row's output is the key's type at every lifetime.
//! 3. [`crate::plan`] is the only code that assigns offsets. It runs in const evaluation, after the graph
//!    was judged; a graph that was refused has an empty plan, and its build fails.
//!
//! # The frame
//! Request-scoped values lie in memory behind the future that owns them, at offsets that the plan
//! chose. They never move: the allocation is stable, and the future is pinned by construction (it is
//! only polled through [`ScopeFuture`]). A value that was written is only read until the frame drops
//! it, so handing out `&'r T` is sound for every `'r` that ends before the frame's drop; [`Frame`] hands
//! out arguments only for a borrow of itself. Drops run in reverse order of construction, so a value's
//! drop sees everything it borrows alive. That a value cannot store a shorter borrow in an older one
//! is the covariance that macros prove (see `Injectable`).
//!
//! # Owned values
//! A transient's value is written once and moved out once, by the step that takes it. The mark says
//! how far the frame is: `2k + 2` when step `k` is done, `2k + 1` when step `k` took its owned inputs. An
//! owned value is therefore live exactly when its step is done and its taker has not begun. There are two drivers of the
//! same plans, [`unroll`] with [`drive`] and [`looped`]; both keep the mark in this way, [`looped`] also for steps that take
//! nothing that has to be dropped.
//!
//! # Roots without their types
//! What runs a root ([`RootOps`]) is made of its plan and of its list of dependencies, of which there is one; both are those of one type, and of one
//! container, which is a parameter of all that uses it. The root's future lies behind the frame, or, in a scope that was opened before, in memory of
//! its own ([`root`]). It borrows the values: in both cases it is dropped first, once, and then they are. It is pinned: where safe code forgets
//! who drops it, a flag behind it tells, and the memory is leaked too.
//!
//! # Singletons
//! Each is written into the memory of an `Arc` of its own ([`blank`]), which is that of an `Arc` of a slice: one of another type with the same size and
//! alignment may be made of it (`Arc::from_raw`), as soon as the value is there. The block has a slot for each with the raw pointer of that `Arc` (for a
//! trait object, the same pointer after an unsizing coercion; such an alias owns no count). Beside the thin pointer of a sized one stands
//! what holds it ([`held::Held`]): a new handle is a copy of the bits of an `Arc` that is alive, counted by a clone of the same `Arc` under
//! another type that is forgotten. A slot is written once, before any reader exists, and released in reverse order when the last handle goes.
//! A slot that is empty belongs to a singleton that a test has made superfluous ([`replace`]). Where that can be, nobody
//! reads a slot without asking: a frame is not opened, and a scope that is filled at run time looks.
//!
//! # State
//! The frame reads the app's slots through the container in the router state. The state lies in the allocation of the
//! [`ScopeFuture`], is only borrowed while that lives, and is dropped last.
//!
//! # Teardown
//! A frame with a teardown does not drop its values but leaves its mark to [`end::End`], which ends each step once, in
//! reverse order, after the handler's future is gone. A teardown by value owns it as a [`Last`]; one by reference borrows it
//! for as long as constructors do. A `Transient` is two handles to one `Arc`: whoever takes it reads the first, the end keeps the
//! second ([`lent`]).
//!
//! # Scopes that are filled at run time
//! [`open`] follows the same rows and sources as a plan. Each value has memory of its own, its address is in a table,
//! and arguments are laid out in [`call`] as [`Inputs`] reads them. Values are borrowed for no longer than the scope, and
//! dropped with it in reverse order.
//!
//! # Lazy values
//! A [`Lazy`] refers to its row's [`put_off`] in the scope, which stays where it is until its values are gone, or to an [`app_lazy`]
//! of the app. It gives out `&'r T` for a value that is built later than the one that holds it, and is dropped earlier. That is
//! sound since a reference is kept only by what is dropped before: a constructor that asks is finished after what it got, so it comes later in
//! the list; a value that is finished can store nothing more that lives as short as `'r`, as it is covariant in that; handlers
//! and middleware borrow the scope. A value is taken out of the table before it is torn down or dropped, and from then on the lazy handles
//! of older values find nothing, and build nothing.
//!
//! Futures of constructors lie in the table of [`turns`] with their lifetime erased. They are dropped when nobody waits for them, and
//! before any value is: a scope, or an app, is closed first. A [`LazyArc`] keeps the app while it asks, and else only knows whether it is still there.
//!
//! # Blocking constructors
//! One of these reads its arguments and writes its value from another thread. [`BlockingCall`] waits for it when it is
//! dropped, and a request that is given up meanwhile moves to a task before anything is dropped. Where safe code forgets
//! whoever waits, all that the thread may use is leaked: `Control::is_blocking` and `filled::Busy` tell.

mod app_lazy;
mod blank;
mod block;
mod blocking;
mod call;
mod circle;
mod closing;
mod construct;
mod deps;
mod drive;
mod end;
mod filled;
mod frame;
mod heap;
mod held;
mod inputs;
mod lazy;
mod lazy_arc;
mod lent;
mod looped;
mod maker;
mod needs;
mod open;
mod put_off;
mod replace;
mod rest;
mod root;
mod root_flow;
mod scope_future;
mod seeded;
mod startup;
mod step;
mod turns;
mod unroll;
mod unseen;
mod values;
mod weak;

pub use self::{
    block::Handle,
    closing::Last,
    construct::OwnedView,
    deps::{Dep, Deps},
    drive::Drive,
    frame::{Flow, Frame, Memory, Plan, Ready},
    held::{Given, Handed, Kept, Plain},
    lazy::{Asking, Lazy},
    lazy_arc::{AskingArc, LazyArc},
    lent::Transient,
    maker::{AsyncOp, Maker},
    open::{Asked, Joined, OpenScope, Preparing},
    replace::Replacements,
    root::{InFrame, RootMemory, RootOps},
    root_flow::{AnyRoot, RootFlow},
    scope_future::ScopeFuture,
    seeded::SeededScope,
    startup::start,
    step::{BUILD, EXTRACT, GUARD},
    weak::Late,
};
pub(crate) use self::{
    blocking::BlockingCall,
    held::SLOT,
    inputs::{APP, Inputs},
    lazy::Origin,
    maker::Op,
    rest::Control,
    unseen::{Room, Unseen},
};
