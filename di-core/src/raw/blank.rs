//! The memory of an `Arc` whose type comes later: constructors write singletons where they stay, and no code makes an `Arc` of each type.

use std::{alloc::Layout, mem::MaybeUninit, sync::Arc};

macro_rules! blanks {
    ($($unit:ident $align:literal),* $(,)?) => {
        $(
            #[repr(align($align))]
            pub(super) struct $unit(#[expect(dead_code, reason = "its size is that of its alignment")] u8);
        )*

        /// Memory of an `Arc`, as one of a slice: of that size and alignment, and not written.
        pub(super) enum Blank {
            $($unit(Arc<[MaybeUninit<$unit>]>)),*
        }

        impl Blank {
            /// For a value of this layout, whose size is a multiple of its alignment, as that of every type is.
            pub(super) fn new(layout: Layout) -> Self {
                let len = layout.size() / layout.align();
                match layout.align() {
                    $($align => Blank::$unit(Arc::new_uninit_slice(len)),)*
                    _ => unreachable!("no type has another alignment"),
                }
            }

            /// Where the value is written.
            pub(super) fn at(&mut self) -> *mut u8 {
                match self {
                    // Nobody else has it.
                    $(Blank::$unit(memory) => Arc::as_ptr(memory).cast_mut().cast(),)*
                }
            }

            /// What [`Arc::into_raw`] returns, without a type.
            pub(super) fn into_raw(self) -> *const u8 {
                match self {
                    $(Blank::$unit(memory) => Arc::into_raw(memory).cast(),)*
                }
            }
        }
    };
}

// Each alignment that a type can have.
blanks! {
    U1 1, U2 2, U4 4, U8 8, U16 16, U32 32, U64 64, U128 128, U256 256, U512 512, U1K 0x400, U2K 0x800, U4K 0x1000, U8K 0x2000,
    U16K 0x4000, U32K 0x8000, U64K 0x1_0000, U128K 0x2_0000, U256K 0x4_0000, U512K 0x8_0000, U1M 0x10_0000, U2M 0x20_0000,
    U4M 0x40_0000, U8M 0x80_0000, U16M 0x100_0000, U32M 0x200_0000, U64M 0x400_0000, U128M 0x800_0000, U256M 0x1000_0000,
    U512M 0x2000_0000,
}
