//! What the macros write, by hand: a container of a handed-in value, a singleton, a request-scoped value that borrows
//! both, a binding, and a transient, and a root that asks for them.
//!
//! This is the reference for `di-macros`: each `const _` block is one expansion.

#![allow(
    missing_docs,
    unreachable_pub,
    clippy::undocumented_unsafe_blocks,
    reason = "stands for what macros write"
)]

use std::{convert::Infallible, marker::PhantomData, sync::Arc, task::Poll};

use di_core::__private as di;

// ---- The user's code.

pub struct Env {
    url: &'static str,
}

pub struct Pool {
    url: String,
}

pub trait Repo: Send + Sync {
    fn describe(&self) -> String;
}

pub struct Users<'r> {
    pool: &'r Pool,
    stamp: Stamp,
}

impl Repo for Users<'_> {
    fn describe(&self) -> String {
        format!("{} at {}", self.pool.url, self.stamp.0)
    }
}

pub struct Stamp(u32);

#[derive(Debug)]
pub struct Unreachable;

impl std::fmt::Display for Unreachable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("unreachable")
    }
}

impl std::error::Error for Unreachable {}

async fn connect(env: &Env) -> Result<Pool, Unreachable> {
    Ok(Pool {
        url: env.url.to_string(),
    })
}

fn stamp(env: &Env) -> Stamp {
    Stamp(env.url.len() as u32)
}

// ---- `#[injectable(singleton)] async fn connect(env: &Env) -> Result<Pool, Unreachable>`
// A marker type shares the fn's name; types and fns have separate namespaces.

#[allow(non_camel_case_types)]
pub struct connect {}
const _: () = {
    type Deps = (di::Use<di::Ref, Env, di::Always<Env>>,);
    unsafe impl di::Injectable for connect {
        const META: &'static di::Meta = &di::Meta {
            name: "connect",
            scope: di::Scope::Singleton,
            params: "r\nenv\tEnv",
            file: file!(),
            line: line!(),
            is_async: true,
            has_teardown: false,
            is_lazy: false,
            is_assembled: false,
        };
        type Family = ();
    }
    unsafe impl di::Recipe<Deps, di::Seen<Pool>> for connect {
        const MAKER: di::Maker = di::Maker::new_async::<Self, Deps, di::Seen<Pool>>();
        type Output<'r> = Pool;
        type Error = Unreachable;
    }
    impl di::ConstructAsync<Deps, di::Seen<Pool>> for connect {
        async fn construct<'r>(_: di::At<'r>, (env,): (&'r Env,)) -> Result<Pool, Unreachable> {
            di::Fallible::into_result(connect(env).await)
        }
    }
};

// ---- `#[injectable(transient)] fn stamp(env: &Env) -> Stamp`

#[allow(non_camel_case_types)]
pub struct stamp {}
const _: () = {
    type Deps = (di::Use<di::Ref, Env, di::Always<Env>>,);
    unsafe impl di::Injectable for stamp {
        const META: &'static di::Meta = &di::Meta {
            name: "stamp",
            scope: di::Scope::Transient,
            params: "r\nenv\tEnv",
            file: file!(),
            line: line!(),
            is_async: false,
            has_teardown: false,
            is_lazy: false,
            is_assembled: false,
        };
        type Family = ();
    }
    // A plain constructor, which is neither async nor fails, has its `MAKER` from the trait.
    unsafe impl di::Recipe<Deps, di::Moved<Stamp>> for stamp {
        type Output<'r> = Stamp;
        type Error = Infallible;
        fn construct<'r>(_: di::At<'r>, (env,): (&'r Env,)) -> Stamp {
            stamp(env)
        }
    }
};

// ---- `#[injectable(request)] pub struct Users<'r> { pool: &'r Pool, stamp: Stamp }`

const _: () = {
    type Deps = (
        di::Use<di::Ref, Pool, di::Always<Pool>>,
        di::Use<di::Owned, Stamp, di::Always<Stamp>>,
    );
    unsafe impl di::Injectable for Users<'static> {
        const META: &'static di::Meta = &di::Meta {
            name: "Users",
            scope: di::Scope::Request,
            params: "ro\npool\tPool\nstamp\tStamp",
            file: file!(),
            line: line!(),
            is_async: false,
            has_teardown: false,
            is_lazy: false,
            is_assembled: true,
        };
        type Family = dyn for<'q> di::Of<'q, T = Users<'q>>;
    }
    // Of a type that is the node itself, `Seen` has nothing to name.
    unsafe impl di::Recipe<Deps, di::Seen> for Users<'static> {
        type Output<'r> = Users<'r>;
        type Error = Infallible;
        fn construct<'r>(_: di::At<'r>, (pool, stamp): (&'r Pool, Stamp)) -> Users<'r> {
            Users { pool, stamp }
        }
    }
    // A value stored in the frame must not be able to keep a shorter borrow.
    #[allow(dead_code)]
    fn covariant<'a: 'b, 'b>(value: PhantomData<Users<'a>>) -> PhantomData<Users<'b>> {
        value
    }
};

// ---- `#[container(Pool = connect, Users<'_>, dyn Repo = Users<'_>, Stamp = stamp)] struct App { env: Env }`

#[derive(Clone)]
pub struct App(di::Handle<App>);

impl App {
    pub async fn build(env: Env) -> Result<Self, di::BuildError> {
        Self::builder(env).build().await
    }

    pub fn builder(env: Env) -> di::Builder<Self> {
        di::Builder::new((di::Plain(env), ()))
    }

    pub async fn shutdown(&self) -> Result<(), di::TeardownError> {
        di::shutdown(&self.0).await
    }
}

const _: () = {
    #[allow(unused_imports)]
    use di::{
        AskAnswer as _, AskSource as _, InModule as _, InNoModule as _, NotANode as _,
        NotListed as _, PickSome as _, Settle as _, Unprovided as _,
    };

    // The macro writes all of this out.
    type UsersFamily = dyn for<'q> di::Of<'q, T = Users<'q>>;
    macro_rules! named {
        ($name:literal) => {
            di::Name {
                name: $name,
                key: $name,
                qualifier: None,
            }
        };
    }
    macro_rules! provider {
        ($name:literal, $node:ty, $key:ty) => {{
            let _: for<'di> fn(
                di::At<'di>,
                PhantomData<<$node as di::Recipe<_, _>>::Output<'di>>,
            ) -> PhantomData<$key> = |_, value| di::listed_as(value);
            di::Entry::<App, $node>::HERE.provider(named!($name), |ask, error| {
                (
                    error.answer(),
                    error.source(),
                    ask.pick().settle().module(di::never()),
                )
            })
        }};
    }

    // At most 16 each.
    #[allow(unreachable_code)]
    const ENTRIES0: [di::Listed; 4] = [
        provider!("Pool", connect, Pool),
        di::Entry::<App, Users<'static>>::HERE.node(named!("Users"), |ask, error| {
            (
                error.answer(),
                error.source(),
                ask.pick().settle().module(di::never()),
            )
        }),
        di::Listed::binding::<B3, App, (di::Use<di::Ref, Users<'static>, UsersFamily>,), _>(
            named!("dyn Repo"),
            &const { di::Param::bound_to("Users") },
            |ask| ask.pick().settle().module(di::never()),
        ),
        provider!("Stamp", stamp, Stamp),
    ];
    const LISTED: [di::Listed; 5] = di::joined(&[&[di::Listed::given(named!("Env"))], &ENTRIES0]);
    const EDGES: usize = di::count_edges(&LISTED);
    static GRAPH: di::Table<5, EDGES> = di::Table::new("App", &LISTED);
    const STEPS: usize = GRAPH.max_steps();
    const INPUTS: usize = GRAPH.max_inputs();

    // Not for every container at once: the compiler would then take any type for one, and say what else it is not.
    impl di::HasContainer for App {
        type Container = App;
        #[inline(always)]
        fn container(&self) -> &App {
            self
        }
    }
    unsafe impl di::Container for App {
        const NAME: &'static str = "App";
        const GRAPH: di::Graph = GRAPH.graph();
        type Given = (di::Plain<Env>, ());
        type Request = di::RequestHead;
        fn empty_request() -> di::RequestHead {
            di::empty_request()
        }
        fn handle(&self) -> &di::Handle<Self> {
            &self.0
        }
        fn from_handle(handle: di::Handle<Self>) -> Self {
            Self(handle)
        }
        fn plan_of(row: u16) -> di::OwnedView {
            di::OwnedView::of::<5, EDGES, STEPS, INPUTS>(&GRAPH, row)
        }
    }

    pub struct PlanOf<H>(PhantomData<H>);
    impl<H: di::Root<App>> PlanOf<H> {
        const LAYOUT: di::Layout<STEPS, INPUTS> = di::Layout::new(&GRAPH, &H::SOURCES, H::GUARDS);
    }
    unsafe impl<H: di::Root<App>> di::Plan for PlanOf<H> {
        type Container = App;
        type Root = H;
        const VIEW: di::View<'static> = PlanOf::<H>::LAYOUT.view(&GRAPH, &H::SOURCES, H::GUARDS);
    }
    unsafe impl<H: di::Root<App>> di::Mounts<H> for App {
        type Plan = PlanOf<H>;
    }

    // Entry 0, a field.
    unsafe impl di::ProvidedIn<App> for Env {
        type Family = di::Always<Self>;
        type Scope = di::ScopeIs<{ di::Scope::Singleton as u8 }>;
        const INDEX: u16 = 0;
    }
    // Entry 1.
    unsafe impl di::ProvidedIn<App> for Pool {
        type Family = di::Always<Self>;
        type Scope = di::ScopeIs<{ di::NodeProbe::<connect>::NUMBER }>;
        const INDEX: u16 = 1;
    }
    const _: () = di::check(&GRAPH, 1);
    // Entry 2.
    unsafe impl di::ProvidedIn<App> for Users<'static> {
        type Family = <Self as di::Injectable>::Family;
        type Scope = di::ScopeIs<{ di::NodeProbe::<Users<'static>>::NUMBER }>;
        const INDEX: u16 = 2;
    }
    const _: () = di::check(&GRAPH, 2);
    // A provider of a type that borrows has an impl of `Everywhere` beside it.
    // Entry 3, a binding.
    unsafe impl di::ProvidedIn<App> for dyn Repo {
        type Family = dyn for<'q> di::Of<'q, T = dyn Repo + 'q>;
        type Scope = di::ScopeIs<
            { <<App as di::Provides<Users<'static>>>::Scope as di::ScopeNumber>::SCOPE },
        >;
        const INDEX: u16 = 3;
    }
    pub struct B3;
    impl di::Bind for B3 {
        type From<'r> = Users<'r>;
        type To<'r> = dyn Repo + 'r;
        fn coerce<'r>(_: di::At<'r>, from: *const Self::From<'r>) -> *const Self::To<'r> {
            from
        }
    }
    const _: () = di::check(&GRAPH, 3);
    // Entry 4.
    unsafe impl di::ProvidedIn<App> for Stamp {
        type Family = di::Always<Self>;
        type Scope = di::ScopeIs<{ di::NodeProbe::<stamp>::NUMBER }>;
        const INDEX: u16 = 4;
    }
    const _: () = di::check(&GRAPH, 4);
};

// ---- A root: `(repo: &dyn Repo, users: &Users<'_>, #[inject] own: Stamp)`

#[allow(non_camel_case_types)]
pub struct show {}
type ShowDeps = (
    di::Use<di::Ref, dyn Repo, dyn for<'q> di::Of<'q, T = dyn Repo + 'q>>,
    di::Use<di::Ref, Users<'static>, dyn for<'q> di::Of<'q, T = Users<'q>>>,
    di::Use<di::Owned, Stamp, di::Always<Stamp>>,
);
// The macro writes the list out in each place.
unsafe impl di::Asks<ShowDeps> for show {
    const META: &'static di::Meta = &di::Meta {
        name: "show",
        scope: di::Scope::Request,
        params: "rro\nrepo\tdyn Repo\nusers\tUsers\nown\tStamp",
        file: file!(),
        line: line!(),
        is_async: true,
        has_teardown: false,
        is_lazy: false,
        is_assembled: false,
    };
    const GUARDS: usize = 0;
}
unsafe impl<C: di::Container> di::Root<C> for show
where
    fn(ShowDeps): di::ProvidedAll<C>,
{
    const SOURCES: [di::Source; di::MAX_DEPS] = di::sources::<Self, _, C>();
    const GUARDS: usize = <show as di::Asks<_>>::GUARDS;
}

struct Show;

impl di::Flow<<App as di::Mounts<show>>::Plan> for Show {
    type State = App;
    type Output = String;
    async fn run<'m>(
        self,
        _: &'m App,
        memory: di::Memory<'m, <App as di::Mounts<show>>::Plan>,
    ) -> String {
        let mut frame = memory.open();
        let Ok(ready) = frame.build_now() else {
            return "failed".to_string();
        };
        let (repo, users, own) = ready.args::<show, _>();
        std::future::ready(()).await;
        let users: &Users<'_> = users;
        format!("{}, {}, {}", repo.describe(), users.stamp.0, own.0)
    }
    fn outcome(_: &String) -> di::Outcome {
        di::Outcome::Success
    }
    fn panicked(panic: di::Panic) -> String {
        panic.to_string()
    }
    fn ended(_: String, ended: di::Ended) -> String {
        format!("{:?}", ended.settle())
    }
}

#[test]
fn the_expansion_runs() {
    let app = now(App::build(Env { url: "db" })).expect("nothing fails");
    let future = di::ScopeFuture::new(Show, app.clone());
    assert_eq!(now(future), "db at 2, 2, 2");
    let pool: Arc<Pool> = app.0.share::<Pool, (), _>();
    assert_eq!(pool.url, app.0.get::<Pool, (), _>().url);
}

fn now<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    match future.as_mut().poll(&mut cx) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("nothing here waits"),
    }
}
