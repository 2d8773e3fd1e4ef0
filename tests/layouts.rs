//! Singletons are written into memory that knows their size and alignment alone, and given back by an `Arc` of their type: with the
//! layout with which it was allocated. An allocator of its own looks at that, so this is no part of the other tests.
#![forbid(unsafe_op_in_unsafe_fn)]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use di_axum::{container, injectable};

/// Notes the layout of what it allocates in front of it.
struct Checked;

static WRONG: AtomicUsize = AtomicUsize::new(0);

/// The layout with its note, and how far behind the note the memory begins.
fn noted(layout: Layout) -> (Layout, usize) {
    let note = Layout::new::<Layout>();
    let (whole, at) = note.extend(layout).expect("not as large");
    (whole, at)
}

// SAFETY: that of the system's, with memory in front of each allocation.
unsafe impl GlobalAlloc for Checked {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let (whole, at) = noted(layout);
        // SAFETY: the caller's; the note lies in front.
        unsafe {
            let memory = System.alloc(whole);
            if memory.is_null() {
                return memory;
            }
            let memory = memory.add(at);
            memory.cast::<Layout>().sub(1).write_unaligned(layout);
            memory
        }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe {
            let allocated = memory.cast::<Layout>().sub(1).read_unaligned();
            if allocated != layout {
                WRONG.fetch_add(1, Ordering::Relaxed);
            }
            let (whole, at) = noted(allocated);
            System.dealloc(memory.sub(at), whole);
        }
    }
}

#[global_allocator]
static ALLOCATOR: Checked = Checked;

static DROPPED: AtomicUsize = AtomicUsize::new(0);

macro_rules! singletons {
    ($($name:ident, $field:ident: $align:literal, $len:literal;)*) => {
        $(
            #[repr(align($align))]
            struct $name([u8; $len]);

            #[injectable(singleton)]
            impl $name {
                fn new() -> Self {
                    $name([$len as u8; $len])
                }
            }

            impl Drop for $name {
                fn drop(&mut self) {
                    assert!(self.0.iter().all(|byte| usize::from(*byte) == $len));
                    DROPPED.fetch_add(1, Ordering::Relaxed);
                }
            }
        )*

        #[injectable(singleton)]
        #[derive(Clone)]
        struct All {
            $($field: Arc<$name>),*
        }

        #[container($($name),*, All)]
        struct App;

        fn check(all: &All) {
            $(
                let value: &$name = &all.$field;
                assert!((&raw const *value).addr().is_multiple_of($align));
                assert!(value.0.iter().all(|byte| usize::from(*byte) == $len));
            )*
        }

        const COUNT: usize = [$($len),*].len();
    };
}

singletons! {
    A1, a1: 1, 3;
    A2, a2: 2, 6;
    A4, a4: 4, 12;
    A8, a8: 8, 8;
    A16, a16: 16, 40;
    A32, a32: 32, 1;
    A64, a64: 64, 100;
    A1K, a1k: 1024, 7;
    A4K, a4k: 4096, 200;
    A64K, a64k: 65536, 5;
    Empty, empty: 8, 0;
}

#[tokio::test]
async fn a_singleton_is_given_back_as_it_was_allocated() {
    let app = App::build().await.expect("nothing fails");
    let all = app.get::<All>().clone();
    check(&all);
    // The app's handles go first, so that an `Arc` of each type is the last.
    app.shutdown().await.expect("there is nothing to tear down");
    drop(app);
    check(&all);
    assert_eq!(DROPPED.load(Ordering::Relaxed), 0);
    drop(all);
    assert_eq!(DROPPED.load(Ordering::Relaxed), COUNT);

    // And the other way round.
    let app = App::build().await.expect("nothing fails");
    drop(app);
    assert_eq!(DROPPED.load(Ordering::Relaxed), 2 * COUNT);
    assert_eq!(WRONG.load(Ordering::Relaxed), 0, "layouts that differ");
}
