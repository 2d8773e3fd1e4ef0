//! The memory of an `Arc` whose type comes later: constructors write singletons where they stay, and no code makes an `Arc` of each type.

use std::{alloc::Layout, mem::MaybeUninit, sync::Arc};

macro_rules! blanks {
    ($($name:ident: $unit:ty),* $(,)?) => {
        /// Memory of an `Arc`, as one of a slice: of that size and alignment, and not written.
        pub(super) enum Blank {
            $($name(Arc<[MaybeUninit<$unit>]>)),*
        }

        /// The alignments that there are.
        const ALIGNMENTS: &[usize] = &[$(align_of::<$unit>()),*];

        impl Blank {
            /// For a value of this layout.
            ///
            /// # Panics
            /// For one that [`has_alignment`] refuses.
            pub(super) fn new(layout: Layout) -> Self {
                $(
                    if layout.align() == align_of::<$unit>() {
                        let len = layout.size() / size_of::<$unit>();
                        return Blank::$name(Arc::new_uninit_slice(len));
                    }
                )*
                panic!("an alignment that was refused")
            }

            /// Where the value is written.
            pub(super) fn at(&mut self) -> *mut u8 {
                match self {
                    // Nobody else has it.
                    $(Blank::$name(memory) => Arc::as_ptr(memory).cast_mut().cast(),)*
                }
            }

            /// What [`Arc::into_raw`] returns, without a type.
            pub(super) fn into_raw(self) -> *const u8 {
                match self {
                    $(Blank::$name(memory) => Arc::into_raw(memory).cast(),)*
                }
            }
        }
    };
}

macro_rules! units {
    ($($unit:ident $align:literal),*) => {
        $(
            #[repr(align($align))]
            pub(super) struct $unit(#[expect(dead_code, reason = "its size is that of its alignment")] u8);
        )*
    };
}

units!(U32 32, U64 64, U128 128, U256 256, U512 512, U1024 1024, U2048 2048, U4096 4096);
blanks! {
    By1: u8,
    By2: u16,
    By4: u32,
    By8: u64,
    By16: u128,
    By32: U32,
    By64: U64,
    By128: U128,
    By256: U256,
    By512: U512,
    By1024: U1024,
    By2048: U2048,
    By4096: U4096,
}

/// Whether there is memory for a value of this alignment: up to 4,096.
pub(super) const fn has_alignment(align: usize) -> bool {
    let mut i = 0;
    while i < ALIGNMENTS.len() {
        if ALIGNMENTS[i] == align {
            return true;
        }
        i += 1;
    }
    false
}
