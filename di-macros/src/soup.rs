//! No input makes a macro panic: random tokens, and valid inputs with random tokens deleted, doubled, swapped and replaced.

use std::panic::{AssertUnwindSafe, catch_unwind};

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use crate::{container, container::Shape, handler, injectable, task};

/// xorshift64 (Marsaglia 2003): the same inputs in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() >> 33).unwrap_or(0) % n.max(1)
    }
}

const WORDS: &str = "singleton request transient injectable inject extract constructor default value qualifier handlers \
    handler Self self super crate _ dyn impl fn async unsafe struct enum trait mod const type where for pub let mut \
    static union node binding associated task service services seed Tasks Shutdown concurrency queue timeout on_failure stop log container module Arc Result Option PhantomData App Pool r#type T 'r '_ 'static \
    = => -> :: : ; , . .. ... & && < > <<'_>> + - * / ! ? # | @ $ 0 1u8 20 \"text\" 'c' b\"b\" 1.5";

const ITEMS: &[&str] = &[
    "pub struct Users<'r> { pool: &'r Pool, #[inject(default)] size: usize, #[inject(value = 20)] page: u8 }",
    "#[derive(Clone)] #[injectable(request)] struct Users<'r, T: Send = u8>(&'r Pool, Arc<dyn Mailer + 'r>, PhantomData<T>) where T: Sync;",
    "impl<T: 'static, const N: usize> Repo<T> { #[constructor] pub async fn open(a: &dyn Mailer, #[inject(Primary)] b: Arc<Pool>) -> io::Result<Self> { Ok(Self(a, b)) } }",
    "impl Pools { #[injectable(singleton)] fn primary(env: &Env) -> Pool { Pool } #[injectable(request)] async fn other(#[extract] h: HeaderMap) -> Result<Pool, E> { Ok(Pool) } }",
    "async fn connect<T: Send>(settings: &Settings, env: Arc<Env>, f: for<'a> fn(&'a u8) -> &'a u8) -> Result<PgPool, sqlx::Error> { todo!() }",
    "pub async fn invite(users: &Users<'_>, mailer: &dyn Mailer, #[inject] code: Code, Json(body): Json<Invite>) -> Result<Json<User>, ApiError> { Ok(users.add(body)) }",
    "pub(crate) async fn welcome(Welcome { name }: Welcome, mailer: &(dyn Mailer + '_), shutdown: &Shutdown, #[inject(Primary)] pool: Arc<Pool>) -> Result<(), E> { Ok(()) }",
    "pub struct App { env: Env, /// The pool.\n pool: Arc<Pool>, name: &'static str }",
    "pub struct Billing;",
    "enum Mode { Fast }",
    "trait Mailer {}",
];

const ARGS: &[&str] = &[
    "singleton",
    "request",
    "transient",
    "",
    "Settings, PgPool = connect, SmtpMailer, dyn Mailer = SmtpMailer, Users<'_>, #[qualifier(Primary)] Pool = Pools::primary, handlers(invite, a::b)",
    "#[allow(unused, reason = \"why\")] ..billing::Billing, #[replace] Pool = other, #[replace(billing::Billing)] dyn Mailer = FakeMailer, draft",
    "#[seed] Tenant, #[allow(unused)] Tasks<jobs::Welcome> = jobs::welcome, services(consumer, a::b), handlers()",
    "concurrency = 8, queue = LIMIT, timeout = Duration::from_secs(1), on_failure = stop",
    "..billing::Billing, Repo<User>, dyn Handler<Order> + Send = <Bus as Of>::Handler, Size = <Sizes>::small",
];

const STATES: &[&str] = &[
    "container draft { node \"\" \"Pool\" [allow replace [b::C]] [Pool] [Pool] [] associated \"\" \"Pool\" [] [Pool] [Pools] [Primary] 17u64 } \
     { pub struct App { env: Env } } { [allow] [billing::Billing] [] [b::C] } \
     { [] [c::D] { binding \"1f:0\" \"dyn Mailer\" [\"2f:3\"] [K0<'_>] [N0] [] \"Smtp\" } } \
     [ node \"1f:1\" \"Users\" [] [K1<'_>] [N1<'_>] [Q1] handler \"1f:2\" \"show\" [] [H2] \
       task \"1f:3\" \"Tasks<Welcome>\" [] [K3] [N3] [P3] service \"1f:4\" \"consumer\" [] [H4] seed \"1f:5\" \"Tenant\" [] [K5] ]",
    "module { node \"\" \"Pool\" [] [Pool] [connect] [] } { pub struct Billing; } { } { }",
];

fn parse(text: &str) -> TokenStream {
    text.parse().expect("the text is made of tokens")
}

/// Random tokens.
fn soup(random: &mut Random, words: &[TokenTree], depth: usize) -> TokenStream {
    (0..random.below(12))
        .map(|_| {
            if depth > 0 && random.below(6) == 0 {
                let inner = soup(random, words, depth - 1);
                TokenTree::Group(Group::new(delimiter(random), inner))
            } else {
                words[random.below(words.len())].clone()
            }
        })
        .collect()
}

fn delimiter(random: &mut Random) -> Delimiter {
    [
        Delimiter::Parenthesis,
        Delimiter::Brace,
        Delimiter::Bracket,
        Delimiter::None,
    ][random.below(4)]
}

/// The input with one change, here or in one of its groups.
fn change(random: &mut Random, words: &[TokenTree], input: TokenStream) -> TokenStream {
    let mut tokens: Vec<TokenTree> = input.into_iter().collect();
    let at = random.below(tokens.len());
    if let Some(TokenTree::Group(group)) = tokens.get(at)
        && random.below(8) != 0
    {
        let inner = change(random, words, group.stream());
        tokens[at] = TokenTree::Group(Group::new(group.delimiter(), inner));
        return tokens.into_iter().collect();
    }
    let word = words[random.below(words.len())].clone();
    if tokens.is_empty() {
        return word.into();
    }
    let other = random.below(tokens.len());
    match random.below(6) {
        0 => drop(tokens.remove(at)),
        1 => tokens.insert(at, tokens[at].clone()),
        2 => tokens.swap(at, other),
        3 => tokens.insert(at, word),
        4 => tokens[at] = word,
        _ => {
            let inner = tokens.drain(at..).collect();
            tokens.push(TokenTree::Group(Group::new(delimiter(random), inner)));
        }
    }
    tokens.into_iter().collect()
}

/// Runs every macro on the input.
fn run(args: &TokenStream, item: &TokenStream) {
    let macros: [(&str, &dyn Fn() -> TokenStream); 8] = [
        ("injectable", &|| {
            injectable::attribute(args.clone(), item.clone())
        }),
        ("derive", &|| injectable::derive(item.clone())),
        ("container", &|| {
            container::attribute(args.clone(), item.clone(), Shape::Container)
        }),
        ("module", &|| {
            container::attribute(args.clone(), item.clone(), Shape::Module)
        }),
        ("handler", &|| {
            handler::attribute(args.clone(), item.clone())
        }),
        ("task", &|| {
            task::attribute(args.clone(), item.clone(), task::Shape::Task)
        }),
        ("service", &|| {
            task::attribute(args.clone(), item.clone(), task::Shape::Service)
        }),
        ("resume", &|| container::resume(item.clone())),
    ];
    for (name, expand) in macros {
        // What is written has to be printable, too: that builds all of it.
        let result = catch_unwind(AssertUnwindSafe(|| expand().to_string()));
        assert!(result.is_ok(), "`{name}` panics on\n#[..({args})]\n{item}");
    }
}

#[test]
fn random_tokens_never_make_a_macro_panic() {
    let (mut random, words) = (Random(0x9e37_79b9_7f4a_7c15), words());
    for _ in 0..20_000 {
        let (args, item) = (soup(&mut random, &words, 2), soup(&mut random, &words, 3));
        run(&args, &item);
    }
}

#[test]
fn changes_of_valid_inputs_never_make_a_macro_panic() {
    let (mut random, words) = (Random(0x2545_f491_4f6c_dd1d), words());
    let [items, args, states] = [ITEMS, ARGS, STATES].map(|texts| {
        let parsed: Vec<TokenStream> = texts.iter().map(|text| parse(text)).collect();
        parsed
    });
    for round in 0..40_000 {
        let of = if round % 4 == 0 { &states } else { &items };
        let mut item = of[random.below(of.len())].clone();
        let mut list = args[random.below(args.len())].clone();
        for _ in 0..=random.below(3) {
            item = change(&mut random, &words, item);
        }
        for _ in 0..random.below(3) {
            list = change(&mut random, &words, list);
        }
        run(&list, &item);
    }
}

/// The inputs above are what they are said to be: some macro accepts each.
#[test]
fn the_inputs_are_valid() {
    for (args, item) in [(1, 0), (1, 2), (3, 3), (0, 4)] {
        let written = injectable::attribute(parse(ARGS[args]), parse(ITEMS[item])).to_string();
        assert!(!written.contains("compile_error"), "{written}");
    }
    let written = [
        handler::attribute(parse(""), parse(ITEMS[5])),
        task::attribute(parse(ARGS[7]), parse(ITEMS[6]), task::Shape::Task),
        container::attribute(parse(ARGS[4]), parse(ITEMS[7]), Shape::Container),
        container::attribute(parse(ARGS[4]), parse(ITEMS[8]), Shape::Module),
        container::attribute(parse(ARGS[5]), parse(ITEMS[7]), Shape::Container),
        container::attribute(parse(ARGS[6]), parse(ITEMS[8]), Shape::Module),
        container::attribute(parse(ARGS[8]), parse(ITEMS[8]), Shape::Module),
        container::resume(parse(STATES[0])),
        container::resume(parse(STATES[1])),
        injectable::derive(parse(ITEMS[1])),
    ];
    for written in written {
        let written = written.to_string();
        assert!(!written.contains("compile_error"), "{written}");
    }
}

fn words() -> Vec<TokenTree> {
    let mut words: Vec<TokenTree> = parse(WORDS).into_iter().collect();
    words.extend(parse("#[inject(default)] [inject] (default)"));
    words
}
