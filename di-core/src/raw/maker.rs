//! Erased constructors.

use std::{
    any::Any,
    marker::PhantomData,
    mem::needs_drop,
    pin::Pin,
    ptr::NonNull,
    task::{Context, Poll},
};

use super::{
    closing::TeardownOp,
    held::{Released, Slot},
    inputs::Inputs,
    lent::{AsItself, AsLent, Lent, LentOps, Written},
};
use crate::{
    BoxError, Container, Scope,
    key::{Deps, Extract},
    node::{At, Bind, ConstructAsync, ConstructSync, Recipe},
    teardown::{Teardown, TeardownShared},
};

/// A constructor's error, whatever its type.
pub(crate) type Thrown = Box<dyn Any + Send>;

pub(super) type MakeFn = unsafe fn(Inputs, *mut u8) -> Result<(), Thrown>;

/// An async constructor, erased: its future is started in memory of `size` and `align`, polled there until it
/// wrote its value, and dropped.
#[derive(Clone, Copy)]
pub struct AsyncOp {
    pub(crate) size: usize,
    pub(crate) align: usize,
    /// For an extractor, `Inputs::frame` is the request and `Inputs::app` the container.
    pub(super) start: unsafe fn(Inputs, *mut u8),
    pub(super) poll: unsafe fn(*mut u8, &mut Context<'_>, *mut u8) -> Poll<Result<(), Thrown>>,
    pub(super) drop: unsafe fn(*mut u8),
    pub(crate) output: Output,
}

/// The value that an operation writes.
#[derive(Clone, Copy)]
pub(crate) struct Output {
    pub(crate) size: usize,
    pub(crate) align: usize,
    pub(crate) drop: Option<unsafe fn(*mut u8)>,
}

impl Output {
    const fn of<T>() -> Self {
        Output {
            size: size_of::<T>(),
            align: align_of::<T>(),
            drop: if needs_drop::<T>() {
                Some(drop_value::<T>)
            } else {
                None
            },
        }
    }

    /// Of what is dropped by its `Arc`.
    const fn kept<T>() -> Self {
        Output {
            size: size_of::<T>(),
            align: align_of::<T>(),
            drop: None,
        }
    }
}

#[derive(Clone, Copy)]
pub(crate) enum Op {
    Sync(MakeFn),
    Async(AsyncOp),
    /// Sync, and on a thread that may be blocked.
    Blocking(MakeFn),
    /// A binding: in the frame a constructor that stores a fat reference, in the app a coercion of slots.
    Alias(MakeFn, unsafe fn(*const Slot) -> Slot),
}

/// The erased constructor of a node, and what it writes.
#[derive(Clone, Copy)]
pub struct Maker {
    pub(crate) op: Op,
    pub(crate) output: Output,
    /// For singletons, which are written into the `Arc` that the app keeps.
    pub(super) released: Option<ReleasedFn>,
    pub(crate) teardown: Option<TeardownOp>,
    /// For transients with a teardown.
    pub(crate) lent: Option<LentOps>,
    /// What is kept of an error of the constructor; none of an error of another type, such as an extractor's.
    pub(crate) kept: Option<KeptFn>,
}

/// A pointer to a value, which is not read, as one to what is dropped at the end.
pub(super) type ReleasedFn = fn(*const u8) -> *const dyn Released;

pub(crate) type KeptFn = fn(&(dyn Any + Send)) -> Option<BoxError>;

impl Maker {
    /// Of a plain constructor.
    pub const fn new<N: Recipe<D, B>, D: Deps, B>() -> Self {
        Self::of::<N, D, B>(Op::Sync(D::construct::<N, B>))
    }

    /// Of a sync constructor that can fail.
    pub const fn new_sync<N: ConstructSync<D, B>, D: Deps, B>() -> Self {
        Self::of::<N, D, B>(Op::Sync(construct::<N, D, B, AsItself>))
    }

    /// Of a sync constructor that blocks its thread.
    pub const fn new_blocking<N: ConstructSync<D, B>, D: Deps, B>() -> Self {
        Self::of::<N, D, B>(Op::Blocking(construct::<N, D, B, AsItself>))
    }

    /// Of an async constructor.
    pub const fn new_async<N: ConstructAsync<D, B>, D: Deps, B>() -> Self {
        Self::of::<N, D, B>(Op::Async(AsyncOp::of::<_, _, _, _, AsItself>(
            begin::<'static, N, D, B>,
        )))
    }

    /// Of a sync constructor of a transient with a teardown.
    pub const fn new_lent_sync<N: ConstructSync<D, B> + TeardownShared<D, B>, D: Deps, B>() -> Self
    {
        Self::lent::<N, D, B>(Op::Sync(construct::<N, D, B, AsLent>))
    }

    /// Of one that blocks its thread.
    pub const fn new_lent_blocking<N: ConstructSync<D, B> + TeardownShared<D, B>, D: Deps, B>()
    -> Self {
        Self::lent::<N, D, B>(Op::Blocking(construct::<N, D, B, AsLent>))
    }

    /// Of an async one.
    pub const fn new_lent_async<N: ConstructAsync<D, B> + TeardownShared<D, B>, D: Deps, B>() -> Self
    {
        Self::lent::<N, D, B>(Op::Async(AsyncOp::of::<_, _, _, _, AsLent>(
            begin::<'static, N, D, B>,
        )))
    }

    const fn lent<N: TeardownShared<D, B>, D: Deps, B>(op: Op) -> Self {
        assert!(N::META.is_lent());
        Maker {
            op,
            output: Output::of::<Lent<N::Output<'static>>>(),
            released: None,
            teardown: Some(TeardownOp::shared::<N, D, B>()),
            lent: Some(LentOps::of::<N::Output<'static>>()),
            kept: None,
        }
    }

    /// Of a binding.
    pub const fn binding<B: Bind>() -> Self {
        // A reference to a sized type is thin, and what is thin is read in place (see `Inputs::reference`).
        const {
            assert!(
                size_of::<*const B::To<'static>>() > size_of::<*const u8>(),
                "a binding is to a trait object"
            )
        };
        Maker {
            op: Op::Alias(coerce_reference::<B>, coerce_slot::<B>),
            output: Output::of::<*const B::To<'static>>(),
            released: None,
            teardown: None,
            lent: None,
            kept: None,
        }
    }

    /// Of a constructor that can fail.
    #[must_use]
    pub const fn failing<N: Recipe<D, B>, D: Deps, B>(mut self) -> Self {
        self.kept = Some(|error| error.downcast_ref::<N::Error>().map(N::kept));
        self
    }

    /// With the teardown of a request-scoped value.
    #[must_use]
    pub const fn torn_down<N: Teardown<D, B>, D: Deps, B>(mut self) -> Self {
        assert!(matches!(N::META.scope, Scope::Request));
        self.teardown = Some(TeardownOp::owned::<N, D, B>());
        self
    }

    /// With the teardown of a singleton.
    #[must_use]
    pub const fn torn_down_shared<N: TeardownShared<D, B>, D: Deps, B>(mut self) -> Self {
        assert!(matches!(N::META.scope, Scope::Singleton));
        self.teardown = Some(TeardownOp::shared::<N, D, B>());
        self
    }

    /// Whether a plan needs nothing for it but a place for its value, which nothing is done about.
    pub(crate) const fn is_plain(&self) -> bool {
        matches!(
            self,
            Maker {
                op: Op::Sync(_) | Op::Alias(..),
                teardown: None,
                output: Output { drop: None, .. },
                ..
            }
        )
    }

    const fn of<N: Recipe<D, B>, D: Deps, B>(op: Op) -> Self {
        assert!(!N::META.is_lent());
        let released: Option<ReleasedFn> = match N::META.scope {
            Scope::Singleton => Some(released::<N::Output<'static>>),
            _ => None,
        };
        Maker {
            op,
            output: match (&released, &op) {
                (None, _) | (_, Op::Blocking(_)) => Output::of::<N::Output<'static>>(),
                (Some(_), _) => Output::kept::<N::Output<'static>>(),
            },
            released,
            teardown: None,
            lent: None,
            kept: None,
        }
    }
}

impl AsyncOp {
    /// Stands where there is no async step; never run.
    pub(super) const IDLE: Self = AsyncOp {
        size: 0,
        align: 1,
        start: |_, _| (),
        poll: |_, _, _| Poll::Ready(Ok(())),
        drop: |_| (),
        output: Output {
            size: 0,
            align: 1,
            drop: None,
        },
    };

    /// Of the extractor `X`.
    pub const fn extractor<X: Extract<C>, C: Container>() -> Self {
        Self::of::<_, _, _, _, AsItself>(extract::<'static, X, C>)
    }

    /// From the fn item that begins the future: `F` is its zero-sized type, `Fut` the future's.
    const fn of<F, Fut, T, E, W: Written<T>>(_: F) -> Self
    where
        F: Fn(Inputs) -> Fut + Copy,
        Fut: Future<Output = Result<T, E>> + Send,
        E: Send + 'static,
    {
        assert!(
            size_of::<F>() == 0,
            "only a fn item can be called without a value"
        );
        AsyncOp {
            size: size_of::<Fut>(),
            align: align_of::<Fut>(),
            start: start::<F, Fut>,
            poll: poll::<Fut, T, E, W>,
            drop: drop_value::<Fut>,
            output: Output::of::<W::As>(),
        }
    }
}

/// # Safety
/// `at` is a live `T` that nobody uses again.
unsafe fn drop_value<T>(at: *mut u8) {
    // SAFETY: the caller's.
    unsafe { std::ptr::drop_in_place(at as *mut T) }
}

/// In a fn of its own: nodes that cannot fail, most of them, share it.
#[cold]
fn thrown<E: Send + 'static>(error: E) -> Thrown {
    Box::new(error)
}

/// # Safety
/// `inputs` are those of `N`, and `out` is free memory for its output.
#[inline]
unsafe fn construct<N: ConstructSync<D, B>, D: Deps, B, W>(
    inputs: Inputs,
    out: *mut u8,
) -> Result<(), Thrown>
where
    W: for<'r> Written<N::Output<'r>>,
{
    // SAFETY: the caller's. The lifetime is erased: the plan keeps what is borrowed alive.
    let args = unsafe { <D as Deps>::take(inputs) };
    match <N as ConstructSync<D, B>>::construct(PhantomData, args) {
        Ok(value) => {
            // SAFETY: the caller's.
            unsafe { W::write(out, value) };
            Ok(())
        }
        Err(error) => Err(thrown(error)),
    }
}

/// Takes the arguments first, so that the future does not hold `Inputs`.
#[inline]
fn begin<'r, N: ConstructAsync<D, B>, D: Deps, B>(
    inputs: Inputs,
) -> impl Future<Output = Result<N::Output<'r>, N::Error>> + Send + use<'r, N, D, B> {
    // SAFETY: only called by `start`, whose caller promises it.
    let args = unsafe { <D as Deps>::take(inputs) };
    <N as ConstructAsync<D, B>>::construct(PhantomData, args)
}

#[inline]
fn extract<'r, X: Extract<C>, C: Container>(
    inputs: Inputs,
) -> impl Future<Output = Result<X::Value, X::Rejection>> + Send + use<'r, X, C> {
    // SAFETY: only called by `start`, whose caller promises that for an extractor `frame` is the
    // request and `app` the container, both borrowed until the future is dropped.
    let (request, container) = unsafe {
        (
            &mut *inputs.frame.cast::<C::Request>(),
            &*inputs.app.cast::<C>(),
        )
    };
    X::extract(request, container)
}

/// # Safety
/// `inputs` are those of the operation, valid until the future is dropped, and `at` is free memory for it.
unsafe fn start<F: Fn(Inputs) -> Fut + Copy, Fut>(inputs: Inputs, at: *mut u8) {
    // SAFETY: `F` has no size (asserted where the operation was made) and is the type of a fn item, of which
    // every value is valid. The rest is the caller's.
    unsafe {
        let begin = NonNull::<F>::dangling().read();
        at.cast::<Fut>().write(begin(inputs));
    }
}

/// # Safety
/// `at` is a started future that is not done and does not move, `out` is free memory for its value.
unsafe fn poll<Fut: Future<Output = Result<T, E>>, T, E: Send + 'static, W: Written<T>>(
    at: *mut u8,
    cx: &mut Context<'_>,
    out: *mut u8,
) -> Poll<Result<(), Thrown>> {
    // SAFETY: the caller's.
    unsafe {
        match Pin::new_unchecked(&mut *at.cast::<Fut>()).poll(cx) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Ok(value)) => {
                W::write(out, value);
                Poll::Ready(Ok(()))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(thrown(error))),
        }
    }
}

/// # Safety
/// Input 0 is a `B::From` that lives as long as the frame; `out` is free memory for a reference.
#[inline]
unsafe fn coerce_reference<B: Bind>(inputs: Inputs, out: *mut u8) -> Result<(), Thrown> {
    // SAFETY: the caller's.
    unsafe {
        let from: &B::From<'_> = inputs.reference(0);
        let at: At<'_> = PhantomData;
        out.cast::<*const B::To<'_>>().write(B::coerce(at, from));
    }
    Ok(())
}

/// # Safety
/// `from` holds the raw pointer of an `Arc<B::From>`.
unsafe fn coerce_slot<B: Bind>(from: *const Slot) -> Slot {
    // SAFETY: the caller's. The coercion is of raw pointers, so the result may still reach the counts.
    unsafe { Slot::of(B::coerce(PhantomData, (*from).read::<B::From<'static>>())) }
}

/// No closure, which would be two fns for each type.
fn released<T: 'static>(at: *const u8) -> *const dyn Released {
    at as *const T
}
